import { ServiceError } from '../../../shared/errors';
import { isNotFound, isRetryable } from '../../../shared/google/bigquery/failures';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { HasStreamingBuffer } from '../../../shared/google/bigquery/tables/may-have-rows-since';
import type { TenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import type { Log } from '../../../shared/log';
import { type CancelDependencies, cancelRun } from '../../../shared/runs/cancel-run';
import type { RecordOutcomes } from '../../../shared/runs/record-outcomes';
import { listUnrecordedRuns } from '../../../shared/sql/runs/list-unrecorded-runs';
import { beginOffboarding } from '../../../shared/sql/tenants/begin-offboarding';
import { readTenant } from '../../../shared/sql/tenants/read-tenant';
import type { TenantRow } from '../../../shared/sql/tenants/tenant-row';
import { forEachBounded } from '../../../shared/support/for-each';
import { retrying } from '../../../shared/support/retry';
import { within } from '../../../shared/support/time-limits';
import type { Announce } from '../../../shared/tenants/announce';
import { tenantOffboarded } from '../../../shared/tenants/rules/tenant-events';
import { tenantNotFound } from '../../../shared/tenants/tenant-not-found';
import { tenantPolicy } from '../administer-tenant';
import type { AnnounceLastAlerts } from './announce-last-alerts';
import type { ExportRuns } from './export-runs';
import type { OffboardingRecords } from './offboarding-records';

export interface OffboardDependencies {
  readonly runStatement: RunStatement;
  /** What cancelling needs. Read when it is needed: definitions are many files. */
  readonly cancelling: () => CancelDependencies;
  readonly recordOutcomes: RecordOutcomes;
  readonly hasStreamingBuffer: HasStreamingBuffer;
  readonly exportRuns: ExportRuns;
  readonly records: OffboardingRecords;
  readonly announce: Announce;
  readonly announceLastAlerts: AnnounceLastAlerts;
  /** Its schedules start nothing any more, and are deleted some time later. */
  readonly disableSchedules: (tenantId: string) => Promise<unknown>;
  readonly datasets: Pick<TenantDatasets, 'deleteDataset' | 'hasTable' | 'undeleteDataset'>;
  readonly now: () => Date;
  readonly log: Log;
}

/** What a call of an offboarding is about, in this order; what is recorded of it are offboardingStates. */
export const offboardingStages = ['draining', 'recording', 'exporting', 'removing', 'removed'] as const;

export interface Offboarding {
  readonly stage: (typeof offboardingStages)[number];
  /** Runs that are not over yet. */
  readonly inFlight: number;
  /** Outcomes that are not in the ledger yet; more may follow. */
  readonly waiting: number;
  readonly offboardingAt: Date;
  /** Null while the dataset is there. */
  readonly restorableUntil: Date | null;
  /** When the same call can get further, in seconds. */
  readonly againSeconds: number;
}

export interface OffboardOptions {
  /** Whether runs in flight are cancelled, and BigQuery's buffer is not waited for. */
  readonly isForced: boolean;
  /** Whether no further piece of work is to be begun. */
  readonly isTimeUp: () => boolean;
  /** How long the answer can still wait, in milliseconds. After that nothing is removed. */
  readonly leftMs: () => number;
}

/** BigQuery's time travel window, unless a dataset has another. */
const dayMs = 24 * 60 * 60 * 1000;
const restorableMs = 7 * dayMs;
const restorableFrom = (time: Date) => new Date(time.getTime() + restorableMs);
/**
 * Until when a tenant can be restored at the least that is to be removed now: whole days after its offboarding began. So
 * two calls at once tell the same.
 */
function leastRestorable(offboardingAt: Date, now: Date): Date {
  const days = Math.max(0, Math.floor((now.getTime() - offboardingAt.getTime()) / dayMs));
  return restorableFrom(new Date(offboardingAt.getTime() + days * dayMs));
}
const usualAgainSeconds = 5;
const bufferAgainSeconds = 60;
const cancelledAtOnce = 16;
/** What was streamed can usually be read at once. */
const mostRecordings = 3;

/**
 * Offboards a tenant as far as the time allows; the same call again goes on. First of all it is suspended, by the
 * write that also decides whether runs are in flight: so no run is admitted any more, and none is lost. Its runs end
 * or are cancelled, all outcomes get into the ledger and into `all_runs`, what stays of the tenant is recorded, and
 * last of all the dataset goes, with its keys. Every step can be repeated.
 *
 * Once it has begun, failures that pass are logged, and are no error: so that what was done is told, and audited.
 *
 * Throws `tenant_not_found`, `runs_in_flight` before anything was changed, or `tenant_exists` where the tenant has come
 * back meanwhile.
 */
export async function offboardTenant(
  tenantId: string,
  options: OffboardOptions,
  deps: OffboardDependencies,
): Promise<Offboarding> {
  try {
    return await goOn(tenantId, options, deps);
  } catch (error) {
    // What was not found may be something else. Without its table it is no tenant: another call, or an earlier one,
    // has removed it.
    if (!isNotFound(error)) throw error;
    const inTime = <T>(work: Promise<T>) => within(options.leftMs(), 'BigQuery', work);
    if (await inTime(deps.datasets.hasTable(tenantId, 'tenants'))) throw error;
    return inTime(finishRemoved(tenantId, deps));
  }
}

async function goOn(
  tenantId: string,
  options: OffboardOptions,
  deps: OffboardDependencies,
): Promise<Offboarding> {
  const inTime = <T>(work: Promise<T>) => within(options.leftMs(), 'BigQuery', work);
  const begun = await inTime(begin(tenantId, options, deps));
  if (begun === undefined) return inTime(finishRemoved(tenantId, deps));
  const { row: first, location } = begun;
  const { offboarding_at: offboardingAt } = first;
  if (offboardingAt === null) throw runsInFlight(tenantId, first.active_runs_count);
  const at = (stage: Offboarding['stage'], numbers: { inFlight?: number; waiting?: number } = {}) => ({
    stage,
    inFlight: numbers.inFlight ?? 0,
    waiting: numbers.waiting ?? 0,
    offboardingAt,
    restorableUntil: null,
    againSeconds: usualAgainSeconds,
  });

  let reached = at('draining', { inFlight: first.active_runs_count });
  try {
    const row = await inTime(drain(first, options, deps));
    if (row.active_runs_count > 0) return at('draining', { inFlight: row.active_runs_count });
    reached = at('recording');
    const waiting = await inTime(record(row, options, deps));
    if (waiting > 0) return at('recording', { waiting });
    // Whether rows that are still in the buffer come back with the dataset BigQuery does not say.
    if (!options.isForced && (await inTime(deps.hasStreamingBuffer(tenantId, 'pipeline_runs'))))
      return { ...reached, againSeconds: bufferAgainSeconds };
    reached = at('exporting');
    if (options.isTimeUp() || !(await inTime(deps.exportRuns(row, options.isTimeUp)))) return reached;
    reached = at('removing');
    if (options.isTimeUp()) return reached;
    return await inTime(remove({ row, offboardingAt, location }, options, deps));
  } catch (error) {
    if (!isRetryable(error)) throw error;
    const text = 'An offboarding could not go on yet: the same call again does';
    deps.log('WARNING', text, { tenant_id: tenantId, stage: reached.stage, error });
    return reached;
  }
}

/** Undefined where there is no such tenant. */
async function begin(
  tenantId: string,
  { isForced }: OffboardOptions,
  { runStatement, now }: OffboardDependencies,
): Promise<{ readonly row: TenantRow; readonly location: string } | undefined> {
  const parameters = { tenant_id: tenantId, now: now(), is_forced: isForced };
  const ask = () => runStatement(tenantId, beginOffboarding, parameters);
  const { rows, location } = await retrying(tenantPolicy, ask);
  return rows[0] && { row: rows[0], location };
}

/** Where it is forced, cancels what is in flight. Resolves to the row after it. */
async function drain(
  first: TenantRow,
  { isForced, isTimeUp }: OffboardOptions,
  { cancelling, runStatement, now, log }: OffboardDependencies,
): Promise<TenantRow> {
  const { tenant_id } = first;
  let row = first;
  while (row.active_runs_count > 0 && isForced && !isTimeUp()) {
    const before = row.active_runs_count;
    const deps = cancelling();
    await forEachBounded(row.active_runs, cancelledAtOnce, async ({ run_id }) => {
      if (isTimeUp()) return;
      try {
        await cancelRun(tenant_id, run_id, [], deps);
      } catch (error) {
        // The row says what is still in flight, and the next call tries it again.
        log('WARNING', 'A run of a tenant that goes could not be cancelled yet', {
          tenant_id,
          run_id,
          error,
        });
      }
    });
    const read = () => runStatement(tenant_id, readTenant, { tenant_id, now: now() });
    row = (await retrying(tenantPolicy, read)).rows[0] ?? row;
    if (row.active_runs_count >= before) break;
  }
  return row;
}

/** Resolves to how many outcomes the ledger lacks; 0 once it has them all. */
async function record(
  { tenant_id, onboarding_id }: TenantRow,
  { isTimeUp }: OffboardOptions,
  { runStatement, recordOutcomes, log }: OffboardDependencies,
): Promise<number> {
  for (let round = 0; ; round++) {
    const ask = () => runStatement(tenant_id, listUnrecordedRuns, { tenant_id });
    const { rows } = await retrying(tenantPolicy, ask);
    if (rows.length === 0 || round === mostRecordings || isTimeUp()) return rows.length;
    try {
      await recordOutcomes({ tenant_id, onboarding_id }, rows);
    } catch (error) {
      log('WARNING', 'Outcomes of a tenant that goes could not be recorded yet', { tenant_id, error });
      return rows.length;
    }
  }
}

/** What is told and recorded before the dataset goes is the same however often it is repeated. */
async function remove(
  { row, offboardingAt, location }: { row: TenantRow; offboardingAt: Date; location: string },
  { leftMs }: OffboardOptions,
  deps: OffboardDependencies,
): Promise<Offboarding> {
  const { records, announce, disableSchedules, datasets, now } = deps;
  const { tenant_id, onboarding_id } = row;
  const last = { row, location };
  await deps.announceLastAlerts(row);
  const known = await records.find(tenant_id);
  const isSame = known?.offboarding_at.getTime() === offboardingAt.getTime();
  const restorable_until = isSame ? known.restorable_until : leastRestorable(offboardingAt, now());
  const record = { tenant_id, onboarding_id, offboarding_at: offboardingAt, restorable_until };
  if (!isSame) await records.append({ ...record, state: 'removing', recorded_at: now(), last });
  await announce(tenantOffboarded(record, offboardingAt, restorable_until));
  await disableSchedules(tenant_id);
  await datasets.deleteDataset(tenant_id, () => requireSame(record, leftMs, deps));
  const gone = { ...record, restorable_until: restorableFrom(now()) };
  await records.append({ ...gone, state: 'removed', recorded_at: now(), last });
  return removed(gone);
}

/**
 * Looks last of all whether the dataset is still the one whose offboarding this is: it may have been removed and
 * restored, or made anew, while this process stood still. Throws `tenant_exists` then, and `unavailable` where
 * nobody waits any more.
 */
async function requireSame(
  record: Pick<TenantRow, 'tenant_id' | 'onboarding_id' | 'offboarding_at'>,
  leftMs: () => number,
  { runStatement, now }: OffboardDependencies,
): Promise<void> {
  const { tenant_id, onboarding_id, offboarding_at } = record;
  const read = () => runStatement(tenant_id, readTenant, { tenant_id, now: now() });
  const [row] = (await retrying(tenantPolicy, read)).rows;
  const isSame =
    row?.onboarding_id === onboarding_id && row.offboarding_at?.getTime() === offboarding_at?.getTime();
  if (!isSame) throw isThereAgain(tenant_id);
  if (leftMs() <= 0)
    throw new ServiceError('unavailable', `The dataset of '${tenant_id}' was not removed yet`);
}

/** Of a tenant without a dataset: what is left to do where an earlier call stopped just behind the removal. */
async function finishRemoved(
  tenantId: string,
  { records, now }: Pick<OffboardDependencies, 'records' | 'now'>,
): Promise<Offboarding> {
  const known = await records.find(tenantId);
  if (known === undefined || known.state === 'restored') throw tenantNotFound(tenantId);
  if (known.state === 'removed') return removed(known);
  // When it went is not known: its name is kept rather too long than too short.
  const gone = { ...known, restorable_until: restorableFrom(now()) };
  await records.append({ ...gone, state: 'removed', recorded_at: now() });
  return removed(gone);
}

const removed = (record: {
  readonly offboarding_at: Date;
  readonly restorable_until: Date;
}): Offboarding => ({
  stage: 'removed',
  inFlight: 0,
  waiting: 0,
  offboardingAt: record.offboarding_at,
  restorableUntil: record.restorable_until,
  againSeconds: 0,
});

const runsInFlight = (tenantId: string, count: number) =>
  new ServiceError(
    'runs_in_flight',
    `Tenant '${tenantId}' has ${count} runs in flight. Nothing was changed. force=true cancels them.`,
    { members: { in_flight: count }, retryAfterSeconds: 60 },
  );

const isThereAgain = (tenantId: string) =>
  new ServiceError(
    'tenant_exists',
    `Tenant '${tenantId}' was restored, or onboarded anew, while it was to be removed. It was not removed.`,
  );
