import { ServiceError } from '../../shared/errors';
import { isRetryable } from '../../shared/google/bigquery/failures';
import type { Log } from '../../shared/log';
import type { OperationLog } from '../../shared/operations/operation-log';
import {
  type ItemEntry,
  isEnded,
  isGivenUp,
  type OperationItem,
  type OperationProgress,
  type ProgressEntry,
} from '../../shared/operations/rules/operation';
import type { OperationMessage } from '../../shared/operations/rules/operation-identity';
import { TimeIsUp } from '../../shared/runs/group-commit';
import type { Clock } from '../../shared/support/clock';
import { forEachBounded } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';
import { type ItemResult, type OperationKind, TooMuch } from './operation-kind';

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
  const found = await retrying(retryPolicy, () => operations.read(operation_id));
  if (found === undefined) {
    const ageMs = clock.now().getTime() - new Date(message.started_at).getTime();
    if (ageMs < strayMs) throw new Error(`There is no row of operation ${operation_id} yet`);
    log('WARNING', 'A message for an operation that is not there is dropped', { ...message });
    return 'over';
  }
  if (isEnded(found.state)) return 'over';

  const writer = deps.newId();
  const write = (entry: ProgressEntry) => retrying(retryPolicy, () => operations.write(found, writer, entry));
  const end = async (state: 'done' | 'failed', problem?: string): Promise<'over'> => {
    await write({ state, problem });
    log(state === 'done' ? 'INFO' : 'ERROR', `An operation is ${state}`, { operation_id, problem });
    return 'over';
  };

  const kind = Object.hasOwn(deps.kinds, found.kind) ? deps.kinds[found.kind] : undefined;
  if (kind === undefined) return end('failed', `There is no kind of operation '${found.kind}'`);
  try {
    const open = found.isPlanned ? found.open : await plan(found, kind, isTimeUp, write, deps);
    return await workOff(found, open, { kind, isTimeUp, write, end }, deps);
  } catch (error) {
    if (error instanceof TooMuch) return end('failed', error.message);
    if (mayPass(error) && !isGivenUp(found, clock.now())) throw error;
    log('ERROR', 'An operation failed', { operation_id, error });
    return end(
      'failed',
      'It could not be worked on. Whoever operates the service finds the cause in its log.',
    );
  }
}

/** Writes the plan down, and resolves to what is open then. */
async function plan(
  operation: OperationProgress,
  kind: OperationKind,
  isTimeUp: () => boolean,
  write: (entry: ProgressEntry) => Promise<void>,
  { operations }: OperateDependencies,
): Promise<readonly OperationItem[]> {
  const items = await kind.plan(operation, isTimeUp);
  const planned = items.filter(({ outcome }) => outcome === 'planned').length;
  for (let start = 0; start < items.length; start += itemsPerRow)
    await write({ state: 'running', items: items.slice(start, start + itemsPerRow) });
  await write({ state: 'running', planned });
  // What an earlier delivery, which died, had written of its plan is to be done as well.
  const merged = await retrying(retryPolicy, () => operations.read(operation.operation_id));
  const known = new Map(
    [...(merged?.open ?? []), ...items.filter(({ outcome }) => outcome === 'planned')].map((item) => [
      `${item.tenant_id} ${item.item_id}`,
      item,
    ]),
  );
  return [...known.values()];
}

interface Work {
  readonly kind: OperationKind;
  readonly isTimeUp: () => boolean;
  readonly write: (entry: ProgressEntry) => Promise<void>;
  readonly end: (state: 'done') => Promise<'over'>;
}

/** Batch by batch, with a row of progress after each. */
async function workOff(
  operation: OperationProgress,
  open: readonly OperationItem[],
  { kind, isTimeUp, write, end }: Work,
  deps: OperateDependencies,
): Promise<'more' | 'over'> {
  const { operations, clock, batchSize } = deps;
  const { operation_id } = operation;
  let failure: unknown;
  for (let start = 0; start < open.length; start += batchSize) {
    if (await retrying(retryPolicy, () => operations.hasEnded(operation_id))) return 'over';
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
  return end('done');
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
