import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import type { Log } from '../../shared/log';
import type { OperationLog } from '../../shared/operations/operation-log';
import {
  type ItemEntry,
  isGivenUp,
  itemKeyOf,
  type OperationItem,
  type OperationProgress,
  type ProgressEntry,
} from '../../shared/operations/rules/operation';
import type { OperationMessage } from '../../shared/operations/rules/operation-identity';
import { TimeIsUp } from '../../shared/runs/group-commit';
import type { Clock } from '../../shared/support/clock';
import { forEachBounded } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';
import {
  type ActingKind,
  type AdvancingKind,
  type ItemResult,
  type OperationKind,
  TooMuch,
} from './operation-kind';

export interface OperateDependencies {
  readonly operations: OperationLog;
  /** By name. */
  readonly kinds: Readonly<Record<string, OperationKind>>;
  /** After so long a delivery begins nothing new, and a fresh message goes on. In milliseconds. */
  readonly workMs: number;
  /** How many items are done between two rows of progress: an abort is seen there. */
  readonly batchSize: number;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Items that are done at once. */
const itemsAtOnce = 16;
/** Items in a row of a plan. Rows of 10 MB can be streamed: https://cloud.google.com/bigquery/quotas#streaming_inserts */
const itemsPerRow = 1_000;
/** A message of whose operation nothing is there is dropped at this age: a row is readable seconds after its answer. */
const strayMs = 3_600_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/** Some items did not succeed, and may later. */
export class ItemsAreLeft extends Error {
  override readonly name = 'ItemsAreLeft';
}

/**
 * Does a bounded part of an operation. `more`: a fresh message is needed; `over`: nothing is left to do. Throws where
 * another delivery of this message is needed.
 *
 * Invariants:
 * - what is to be done is written down before any of it is done, and an item is open until its outcome is written: so
 *   whoever dies loses nothing, and the next delivery does again what may be done already, which does no harm;
 * - rows are only added, and their sum is the same in any order: so two deliveries at once do no harm.
 */
export async function workOnOperation(
  message: OperationMessage,
  deps: OperateDependencies,
): Promise<'more' | 'over'> {
  const { clock, log, operations } = deps;
  const startedAt = clock.monotonicMs();
  const isTimeUp = () => clock.monotonicMs() - startedAt > deps.workMs;
  const { operation_id } = message;
  const found = await retrying(retryPolicy, () =>
    operations.read(operation_id, new Date(message.started_at)),
  );
  if (found === undefined) {
    const ageMs = clock.now().getTime() - new Date(message.started_at).getTime();
    if (ageMs < strayMs) throw new Error(`There is no row of operation ${operation_id} yet`);
    log('WARNING', 'A message for an operation that is not there is dropped', { ...message });
    return 'over';
  }
  if (found.state === 'done' || found.state === 'failed') return 'over';

  const writer = deps.newId();
  const write = (entry: ProgressEntry) => retrying(retryPolicy, () => operations.write(found, writer, entry));
  const end = async (state: 'done' | 'failed', problem?: string): Promise<'over'> => {
    await write({ state, problem });
    log(state === 'done' ? 'INFO' : 'ERROR', `An operation is ${state}`, { operation_id, problem });
    return 'over';
  };

  const kind = Object.hasOwn(deps.kinds, found.kind) ? deps.kinds[found.kind] : undefined;
  const isHalted = found.state === 'aborted' || found.state === 'paused';
  if (isHalted) return kind === undefined ? 'over' : lookOnly(found, kind, write, deps);
  if (kind === undefined) return end('failed', `There is no kind of operation '${found.kind}'`);
  const longestMs = 'advance' in kind ? kind.longestMs : undefined;
  try {
    const work = { isTimeUp, write, end };
    if ('advance' in kind && isGivenUp(found, clock.now(), kind.longestMs)) {
      const left = await takeStock(found, kind, write);
      return found.isPlanned && left.length === 0 ? end('done') : end('failed', tooOldText(kind.longestMs));
    }
    const planned = found.isPlanned ? found : await plan(found, kind, work, deps);
    return 'advance' in kind
      ? await advance(planned, kind, work, deps)
      : await workOff(planned, kind, work, deps);
  } catch (error) {
    if (error instanceof TooMuch) return end('failed', error.message);
    if (mayPass(error) && !isGivenUp(found, clock.now(), longestMs)) throw error;
    log('ERROR', 'An operation failed', { operation_id, error });
    return end(
      'failed',
      'It could not be worked on. Whoever operates the service finds the cause in its log.',
    );
  }
}

interface Work {
  readonly isTimeUp: () => boolean;
  readonly write: (entry: ProgressEntry) => Promise<void>;
  readonly end: (state: 'done') => Promise<'over'>;
}

/** Writes the plan down, and resolves to what is known then. */
async function plan(
  operation: OperationProgress,
  kind: OperationKind,
  { isTimeUp, write }: Omit<Work, 'end'>,
  { operations }: OperateDependencies,
): Promise<OperationProgress> {
  const items = await kind.plan(operation, isTimeUp);
  await writePlanned(items, write);
  await write({ state: 'running', planned: new Set(items.map(itemKeyOf)).size });
  // What an earlier delivery, which died, had written of its plan is to be done as well.
  const merged = await retrying(retryPolicy, () =>
    operations.read(operation.operation_id, operation.started_at),
  );
  const open = new Map([...(merged?.open ?? []), ...items].map((item) => [itemKeyOf(item), item]));
  return { ...operation, open: [...open.values()], keys: new Set([...(merged?.keys ?? []), ...open.keys()]) };
}

async function writePlanned(items: readonly OperationItem[], write: Work['write']): Promise<void> {
  for (let start = 0; start < items.length; start += itemsPerRow) {
    const part = items.slice(start, start + itemsPerRow);
    const entries = part.map((item): ItemEntry => ({ ...idOf(item), outcome: 'planned', problem: null }));
    await write({ state: 'running', items: entries });
  }
}

const tooOldText = (longestMs: number): string =>
  `It was not over ${Math.floor(longestMs / 86_400_000)} days after its start: what was not begun then is left out`;

/**
 * What is under way when an operation is aborted or paused goes on, and counts when it ends: each end wakes the operation.
 * What cannot be looked at any more stays as it is.
 */
async function lookOnly(
  operation: OperationProgress,
  kind: OperationKind,
  write: Work['write'],
  { clock, log }: OperateDependencies,
): Promise<'over'> {
  if (!('advance' in kind) || isGivenUp(operation, clock.now(), kind.longestMs)) return 'over';
  try {
    await takeStock(operation, kind, write);
  } catch (error) {
    if (mayPass(error)) throw error;
    const { operation_id } = operation;
    log('INFO', 'An operation that is halted is not looked at any more', { operation_id, error });
  }
  return 'over';
}

/** Writes down what has become of items, begins nothing, and resolves to those that are open. */
async function takeStock(
  { open, ...operation }: OperationProgress,
  kind: AdvancingKind,
  write: Work['write'],
): Promise<readonly OperationItem[]> {
  if (open.length === 0) return open;
  const { ended } = await kind.advance(operation, open, 'look');
  return withoutEnded(open, ended, write);
}

/** Writes down what has become of items, and resolves to the others. */
async function withoutEnded(
  open: readonly OperationItem[],
  ended: readonly ItemEntry[],
  write: Work['write'],
): Promise<readonly OperationItem[]> {
  if (ended.length === 0) return open;
  await write({ state: 'running', items: ended });
  const known = new Set(ended.map(itemKeyOf));
  return open.filter((item) => !known.has(itemKeyOf(item)));
}

/**
 * Goes as far as it can for now. What is under way wakes the operation when it ends: so this delivery is over, and
 * nothing waits for it.
 */
async function advance(
  operation: OperationProgress,
  kind: AdvancingKind,
  { isTimeUp, write, end }: Work,
  { operations }: OperateDependencies,
): Promise<'more' | 'over'> {
  const { operation_id, started_at } = operation;
  for (let { open } = operation; open.length > 0; ) {
    const { ended, pause, isAwaited } = await kind.advance(operation, open, 'begin');
    open = await withoutEnded(open, ended, write);
    if (open.length === 0) break;
    if (pause !== undefined) await write({ state: 'paused', problem: pause });
    if (pause !== undefined || isAwaited) return 'over';
    if (ended.length === 0) throw new ItemsAreLeft(`Items of operation ${operation_id} wait for room`);
    if (isTimeUp()) return 'more';
    // What cannot be begun at all ends at once: so this may go on for long.
    if (await retrying(retryPolicy, () => operations.isHalted(operation_id, started_at))) return 'over';
  }
  return end('done');
}

/**
 * Works off what is open. What was planned may have been read before the last writes, and a plan is made once: so it
 * looks again before the operation is done, and works off what is new as well, until nothing is. This also covers what a
 * delivery that died has planned in rows that could not be read yet: its items stay open, and nothing of them is left.
 */
async function workOff(
  operation: OperationProgress,
  kind: ActingKind,
  work: Work,
  deps: OperateDependencies,
): Promise<'more' | 'over'> {
  const known = new Set(operation.keys);
  for (let { open } = operation; ; ) {
    const left = await workOffItems(operation, open, kind, work, deps);
    if (left !== 'nothing') return left;
    const found = await kind.plan(operation, work.isTimeUp);
    const fresh = found.filter((item) => !known.has(itemKeyOf(item)));
    if (fresh.length === 0) return work.end('done');
    // All that this delivery has planned is done by now: these add nothing to its plan that could be missed.
    await writePlanned(fresh, work.write);
    for (const item of fresh) known.add(itemKeyOf(item));
    open = fresh;
  }
}

/** Batch by batch, with a row of progress after each. Throws ItemsAreLeft. */
async function workOffItems(
  operation: OperationProgress,
  open: readonly OperationItem[],
  kind: ActingKind,
  { isTimeUp, write }: Work,
  deps: OperateDependencies,
): Promise<'nothing' | 'more' | 'over'> {
  const { operations, clock, batchSize } = deps;
  const { operation_id, started_at } = operation;
  let failure: unknown;
  for (let start = 0; start < open.length; start += batchSize) {
    if (await retrying(retryPolicy, () => operations.isHalted(operation_id, started_at))) return 'over';
    const ended: ItemEntry[] = [];
    await forEachBounded(open.slice(start, start + batchSize), itemsAtOnce, async (item) => {
      if (isTimeUp()) return;
      try {
        ended.push({ ...idOf(item), ...(await kind.act(operation, item)) });
      } catch (error) {
        if (mayPass(error) && !isGivenUp(operation, clock.now())) failure = error;
        else ended.push({ ...idOf(item), ...failed(error, operation, item, deps) });
      }
    });
    if (ended.length > 0) await write({ state: 'running', items: ended });
    if (isTimeUp()) return 'more';
  }
  if (failure !== undefined)
    throw new ItemsAreLeft(`Items of operation ${operation_id} are left`, { cause: failure });
  return 'nothing';
}

const idOf = ({ tenant_id, item_id }: OperationItem): OperationItem => ({ tenant_id, item_id });

function failed(
  error: unknown,
  { operation_id }: OperationProgress,
  item: OperationItem,
  { log }: OperateDependencies,
): ItemResult {
  log('ERROR', 'An item of an operation failed', { operation_id, ...item, error });
  const problem = error instanceof ServiceError ? error.detail : 'It failed for a cause that is in the log.';
  return { outcome: 'failed', problem };
}

/** Whether the same may succeed later. */
const mayPass = (error: unknown): boolean =>
  isRetryable(error) ||
  error instanceof TimeIsUp ||
  error instanceof ItemsAreLeft ||
  (error instanceof ServiceError && error.code === 'unavailable');
