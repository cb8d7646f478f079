import { type Backoff, jitteredBackoffMs } from '../support/retry';
import { currentContext, inContext, type RequestContext } from '../telemetry/context';

/** What one commit did for an item: its result, or that it has to go into a later commit. */
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
  /** Draws the jitter of the pauses, in [0, 1). Math.random by default. */
  readonly random?: () => number;
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
  /** Its place in the order in which items came. */
  readonly place: number;
  /** The request that the item came with. */
  readonly context: RequestContext | undefined;
  readonly bytes: number;
  wasTried: boolean;
  /** How many commits have asked for it again. */
  timesAgain: number;
  /** Runs while the item waits by itself before it goes again. */
  pause: NodeJS.Timeout | undefined;
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
 * - items that go together go in the order in which they came;
 * - an item that a commit asks for again waits by itself, with an exponential back-off of its own, and then
 *   joins the next commit: it delays no other item of its key;
 * - an item is answered once: by its result, by an error, or by a TimeIsUp, whatever the commit is doing
 *   then.
 *
 * An item may have less time than others, `withinMs`; one that has none left goes into no commit.
 *
 * A retryable error says something of the key, so all of the key's items wait, with exponential back-off and
 * full jitter, and then those of the batch go again. Any other error is thrown to every item of the batch.
 */
export function createGroupCommit<Item, Result>(
  options: GroupCommitOptions<Item, Result>,
): (key: string, item: Item, withinMs?: number) => Promise<Result> {
  const { commit, isRetryable, random = Math.random } = options;
  /** What can go into the next commit, for each key that a loop is at work for. */
  const queues = new Map<string, Waiting<Item, Result>[]>();
  let places = 0;

  return (key, item, withinMs = options.budgetMs) =>
    new Promise<Result>((resolve, reject) => {
      if (withinMs <= 0) {
        reject(new TimeIsUp(false, undefined));
        return;
      }
      places += 1;
      const within = { ...options, budgetMs: Math.min(options.budgetMs, withinMs) };
      enqueue(key, watched(item, places, within, resolve, reject));
    });

  function enqueue(key: string, waiting: Waiting<Item, Result>): void {
    const queue = queues.get(key);
    if (queue !== undefined) {
      queue.push(waiting);
      return;
    }
    queues.set(key, [waiting]);
    void drain(key);
  }

  async function drain(key: string): Promise<void> {
    for (let failures = 0; ; ) {
      const { batch, rest } = takeBatch(queues.get(key) ?? [], options);
      if (batch.length === 0) {
        queues.delete(key);
        return;
      }
      queues.set(key, rest);
      if (await wasCommitted(key, batch)) {
        failures = 0;
      } else {
        failures += 1;
        rest.push(...batch);
        await sleep(jitteredBackoffMs(options, failures, random()));
      }
    }
  }

  /** False after a retryable error: then nothing of the batch has been answered. */
  async function wasCommitted(key: string, batch: readonly Waiting<Item, Result>[]): Promise<boolean> {
    for (const waiting of batch) waiting.wasTried = true;
    try {
      const items = batch.map(({ item }) => item);
      // Logs and spans of a shared commit belong to the request of its first item.
      const outcomes = await inContext(batch[0]?.context, () => commit(key, items));
      for (const [index, waiting] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome?.kind === 'done') waiting.resolve(outcome.result);
        else goAgain(key, waiting);
      }
      return true;
    } catch (error) {
      for (const waiting of batch) {
        waiting.lastError = error;
        if (!isRetryable(error)) waiting.reject(error);
      }
      return !isRetryable(error);
    }
  }

  function goAgain(key: string, waiting: Waiting<Item, Result>): void {
    if (waiting.isSettled) return;
    waiting.timesAgain += 1;
    const pauseMs = jitteredBackoffMs(options, waiting.timesAgain, random());
    if (pauseMs === 0) enqueue(key, waiting);
    else waiting.pause = setTimeout(() => enqueue(key, waiting), pauseMs);
  }
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/**
 * Takes from the queue what fits into one commit, in the order in which it came; an item alone always does.
 * Drops items that have been answered.
 */
function takeBatch<Item, Result>(
  queue: readonly Waiting<Item, Result>[],
  { maximumItems, maximumBytes }: GroupCommitOptions<Item, Result>,
) {
  const open = queue.filter(({ isSettled }) => !isSettled).sort((one, other) => one.place - other.place);
  let bytes = 0;
  const end = open.findIndex((waiting, index) => {
    bytes += waiting.bytes;
    return index > 0 && (index >= maximumItems || bytes > maximumBytes);
  });
  const batch = open.splice(0, end < 0 ? open.length : end);
  return { batch, rest: open };
}

function watched<Item, Result>(
  item: Item,
  place: number,
  { bytesOf, budgetMs }: GroupCommitOptions<Item, Result>,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Waiting<Item, Result> {
  const settle = (answer: () => void) => {
    if (waiting.isSettled) return;
    waiting.isSettled = true;
    clearTimeout(timer);
    clearTimeout(waiting.pause);
    answer();
  };
  const waiting: Waiting<Item, Result> = {
    item,
    place,
    context: currentContext(),
    bytes: bytesOf(item),
    wasTried: false,
    timesAgain: 0,
    pause: undefined,
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
