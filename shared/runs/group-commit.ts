import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, jitteredBackoffMs } from '../support/retry';
import { currentContext, inContext, type RequestContext } from '../telemetry/context';

/** What one commit did for an item: its result, or that it has to go into another commit. */
export type CommitOutcome<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'again' };

export interface GroupCommitOptions<Item, Result> extends Backoff {
  /**
   * Does one statement's work for a key. Gives one outcome per item, in their order. Repeated after an error.
   */
  readonly commit: (key: string, items: readonly Item[]) => Promise<readonly CommitOutcome<Result>[]>;
  readonly isRetryable: (error: unknown) => boolean;
  /** How long an item is tried for, in milliseconds. */
  readonly budgetMs: number;
  readonly maximumItems: number;
  readonly maximumBytes: number;
  readonly bytesOf: (item: Item) => number;
}

/** Thrown when an item's time is up. `wasTried`: it was part of a commit, whose outcome may not be known. */
export class TimeIsUp extends Error {
  constructor(
    readonly wasTried: boolean,
    cause: unknown,
  ) {
    super('The time for a commit is up', { cause });
  }
}

interface Waiting<Item, Result> {
  readonly item: Item;
  /** The request that the item came with. */
  readonly context: RequestContext | undefined;
  readonly bytes: number;
  wasTried: boolean;
  lastError: unknown;
  /** Set once the caller has its answer, by result, error or time. */
  isSettled: boolean;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while a commit for a key is under way, further items for that key wait and go together in the
 * next one.
 *
 * Invariants:
 * - at most one commit per key is under way, so an item waits for two at most, however many come at once;
 * - items of a key go in the order in which they came, and items that go again stand first;
 * - an item is answered once: by its result, by an error, or by a TimeIsUp, whatever the commit is doing
 *   then.
 *
 * After a retryable error the items go again, after an exponential back-off with full jitter; any other error
 * is thrown to every item of the batch.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): (key: string, item: Item) => Promise<Result> {
  const queues = new Map<string, Waiting<Item, Result>[]>();

  return (key, item) =>
    new Promise<Result>((resolve, reject) => {
      const waiting = watched(item, options, resolve, reject);
      const queue = queues.get(key);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      queues.set(key, [waiting]);
      void drain(key);
    });

  async function drain(key: string): Promise<void> {
    for (let failures = 0; ; ) {
      const queue = (queues.get(key) ?? []).filter(({ isSettled }) => !isSettled);
      const batch = takeBatch(queue, options);
      if (batch.length === 0) {
        queues.delete(key);
        return;
      }
      queues.set(key, queue);
      const back = await commitBatch(key, batch, options);
      queues.set(key, [...back, ...(queues.get(key) ?? [])]);
      failures = back.length > 0 ? failures + 1 : 0;
      if (failures > 0) await sleep(jitteredBackoffMs(options, failures, Math.random()));
    }
  }
}

/** Resolves to the items that have to be tried again. */
async function commitBatch<Item, Result>(
  key: string,
  batch: readonly Waiting<Item, Result>[],
  { commit, isRetryable }: GroupCommitOptions<Item, Result>,
): Promise<readonly Waiting<Item, Result>[]> {
  for (const waiting of batch) waiting.wasTried = true;
  try {
    const items = batch.map(({ item }) => item);
    // Logs and spans of a shared commit belong to the request of its first item.
    const outcomes = await inContext(batch[0]?.context, () => commit(key, items));
    return batch.filter((waiting, index) => {
      const outcome = outcomes[index];
      if (outcome?.kind !== 'done') return true;
      waiting.resolve(outcome.result);
      return false;
    });
  } catch (error) {
    for (const waiting of batch) {
      waiting.lastError = error;
      if (!isRetryable(error)) waiting.reject(error);
    }
    return isRetryable(error) ? batch : [];
  }
}

/** Takes from the front of the queue what fits into one commit; an item alone always does. */
function takeBatch<Item, Result>(
  queue: Waiting<Item, Result>[],
  { maximumItems, maximumBytes }: GroupCommitOptions<Item, Result>,
): readonly Waiting<Item, Result>[] {
  let bytes = 0;
  const end = queue.findIndex((waiting, index) => {
    bytes += waiting.bytes;
    return index > 0 && (index >= maximumItems || bytes > maximumBytes);
  });
  return queue.splice(0, end < 0 ? queue.length : end);
}

function watched<Item, Result>(
  item: Item,
  { bytesOf, budgetMs }: GroupCommitOptions<Item, Result>,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Waiting<Item, Result> {
  const settle = (answer: () => void) => {
    if (waiting.isSettled) return;
    waiting.isSettled = true;
    clearTimeout(timer);
    answer();
  };
  const waiting: Waiting<Item, Result> = {
    item,
    context: currentContext(),
    bytes: bytesOf(item),
    wasTried: false,
    lastError: undefined,
    isSettled: false,
    resolve: (result) => settle(() => resolve(result)),
    reject: (error) => settle(() => reject(error)),
  };
  const timer = setTimeout(() => {
    waiting.reject(new TimeIsUp(waiting.wasTried, waiting.lastError));
  }, budgetMs);
  return waiting;
}
