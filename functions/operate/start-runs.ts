import { type ProblemCode, ServiceError } from '../../shared/errors';
import { rowsOrNone } from '../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ItemEntry, OperationHead, OperationItem } from '../../shared/operations/rules/operation';
import { keyOfItem } from '../../shared/operations/rules/started-runs';
import { runIdOfKey } from '../../shared/runs/rules/run-identity';
import type { RunRequest } from '../../shared/runs/start-run';
import { findOperationRuns } from '../../shared/sql/runs/find-operation-runs';
import { type Advance, type AdvancingKind, TooMuch } from './operation-kind';

export interface StartRunsDependencies {
  readonly runStatement: RunStatement;
  readonly now: () => Date;
}

/** What one kind of operation that starts a tenant's runs starts, and how many at once. */
export interface StartedRuns {
  readonly keyId: string;
  readonly limit: number;
  /** Starts the run of an item. Throws like startRun. */
  readonly start: (item: OperationItem, asItem: AsItem) => Promise<unknown>;
}

/** What the run of an item is started with, whatever its operation is about. */
export type AsItem = Required<Pick<RunRequest, 'idempotencyKey' | 'atLimit'>>;

/**
 * Each run of an operation is to come to its own end, so all of them wait for a slot, or are asked for again later,
 * whatever their pipeline has a single start do at its limit: by `cancel_oldest` an operation would cancel its own runs,
 * and by `refuse` it could only ask again.
 */
const atLimit = 'queue';

/** As long as reconcile looks for operations that rest. */
const longestMs = 32 * 24 * 3_600_000;
/** Clocks of two instances differ by less. */
const toleranceMs = 24 * 3_600_000;

/** Pass when runs end, or by themselves. */
const passing: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'concurrent_limit_reached',
  'concurrency_key_busy',
  'queue_full',
  'unavailable',
]);
/** Only somebody can end these: nothing resumes an operation by itself, not in a new month either. */
const pausing: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'monthly_quota_exceeded',
  'byte_quota_exceeded',
  'tenant_inactive',
]);

/**
 * Has a tenant's runs start one after the other, so many at once. Each item is one run, whose id follows from the
 * operation and the item: whoever dies, and however often it is started, it is one run. An item is done when its run is
 * over. Every run names its operation, which is woken by whoever tells of its outcome (record-outcomes.ts).
 *
 * Two deliveries at once see the same runs and start the same ones, in the same order: at most `limit` are in flight,
 * but for what ends between the two looks.
 */
export const startingRuns = (
  plan: AdvancingKind['plan'],
  readFilter: (head: OperationHead) => StartedRuns,
  deps: StartRunsDependencies,
): AdvancingKind => ({
  plan,
  longestMs,
  async advance(head, open, what) {
    const { keyId, limit, start } = readFilter(head);
    const { over, inFlight } = await look(head, open, keyId, deps);
    const ended: ItemEntry[] = [];
    const waiting: OperationItem[] = [];
    let running = 0;
    for (const item of open) {
      const runId = runIdOf(head, item);
      const outcome = over.get(runId);
      if (outcome !== undefined) ended.push({ ...item, ...outcome });
      else if (inFlight.has(runId)) running++;
      else waiting.push(item);
    }
    const room = what === 'look' ? 0 : Math.max(0, limit - running);
    const begun = await Promise.all(
      waiting
        .slice(0, room)
        .map((item) =>
          begin(item, () => start(item, { idempotencyKey: keyOfItem(head, item.item_id), atLimit })),
        ),
    );
    return { ...summaryOf(begun, running), ended: [...ended, ...begun.flatMap(({ entry }) => entry ?? [])] };
  },
});

const runIdOf = (head: OperationHead, { tenant_id, item_id }: OperationItem): string =>
  runIdOfKey(tenant_id, keyOfItem(head, item_id));

/** What is known of the items' runs. Throws TooMuch where none may be started any more. */
async function look(
  head: OperationHead,
  open: readonly OperationItem[],
  keyId: string,
  { runStatement, now }: StartRunsDependencies,
) {
  const { tenant_id, started_at } = head;
  if (tenant_id === null) throw new TooMuch('The operation names no tenant');
  const [row] = await rowsOrNone(
    runStatement(tenant_id, findOperationRuns, {
      tenant_id,
      run_ids: open.map((item) => runIdOf(head, item)),
      from: new Date(started_at.getTime() - toleranceMs),
      key_id: keyId,
      now: now(),
    }),
  );
  if (row === undefined) throw new TooMuch('The tenant is gone');
  if (row.created_at > started_at) throw new TooMuch('The tenant was onboarded anew');
  if (!row.is_key_valid) throw new TooMuch('The key that asked for this is revoked, or has expired');
  const over = new Map(row.ended.map((run) => [run.run_id, outcomeOfItem(run)]));
  return { over, inFlight: new Set(row.in_flight) };
}

const outcomeOfItem = (run: {
  readonly status: string;
  readonly error_message: string | null;
}): Pick<ItemEntry, 'outcome' | 'problem'> => {
  if (run.status === 'COMPLETED') return { outcome: 'done', problem: null };
  return { outcome: run.status === 'CANCELLED' ? 'skipped' : 'failed', problem: run.error_message };
};

/** What came of starting a run: it is under way, or will never be, or not now. */
interface Begun {
  readonly isStarted: boolean;
  readonly entry?: ItemEntry;
  readonly pause?: string;
}

async function begin(item: OperationItem, start: () => Promise<unknown>): Promise<Begun> {
  try {
    await start();
    return { isStarted: true };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { code, detail } = error;
    if (passing.has(code)) return { isStarted: false };
    if (pausing.has(code)) return { isStarted: false, pause: detail };
    if (code === 'unauthenticated') throw new TooMuch('The key that asked for this is revoked');
    return { isStarted: false, entry: { ...item, outcome: 'failed', problem: detail } };
  }
}

function summaryOf(begun: readonly Begun[], running: number): Pick<Advance, 'pause' | 'isAwaited'> {
  const started = begun.filter(({ isStarted }) => isStarted).length;
  // What could not be started at all ends at once: nothing is awaited then, and the next items are begun at once.
  return { pause: begun.find(({ pause }) => pause !== undefined)?.pause, isAwaited: running + started > 0 };
}
