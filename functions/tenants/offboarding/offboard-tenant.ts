import { ServiceError } from '../../../shared/errors';
import { isNotFound } from '../../../shared/google/bigquery/failures';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
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
import type { Announce } from '../../../shared/tenants/announce';
import { tenantOffboarded } from '../../../shared/tenants/rules/tenant-events';
import { tenantNotFound, tenantPolicy } from '../administer-tenant';
import type { ExportRuns } from './export-runs';
import type { OffboardingRecords } from './offboarding-records';

export interface OffboardDependencies {
  readonly runStatement: RunStatement;
  /** What cancelling needs. Read when it is needed: definitions are many files. */
  readonly cancelling: () => CancelDependencies;
  readonly recordOutcomes: RecordOutcomes;
  readonly exportRuns: ExportRuns;
  readonly records: OffboardingRecords;
  readonly announce: Announce;
  readonly datasets: Pick<TenantDatasets, 'deleteDataset' | 'undeleteDataset'>;
  readonly now: () => Date;
  readonly log: Log;
}

/** How far an offboarding has come, in this order. */
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
}

export interface OffboardOptions {
  /** Whether runs in flight are cancelled. */
  readonly isForced: boolean;
  /** Whether no further piece of work is to be begun. */
  readonly isTimeUp: () => boolean;
}

/** BigQuery's time travel window, unless a dataset has another. */
const restorableMs = 7 * 24 * 60 * 60 * 1000;
const cancelledAtOnce = 16;
/** What was streamed can usually be read at once. */
const mostRecordings = 3;

/**
 * Offboards a tenant as far as the time allows; the same call again goes on. First of all it is suspended, by the
 * write that also decides whether runs are in flight: so no run is admitted any more, and none is lost. Its runs end
 * or are cancelled, all outcomes get into the ledger and into `all_runs`, what stays of the tenant is recorded, and
 * last of all the dataset goes, with its keys. Every step can be repeated.
 *
 * Throws `tenant_not_found`, or `runs_in_flight` before anything was changed.
 */
export async function offboardTenant(
  tenantId: string,
  options: OffboardOptions,
  deps: OffboardDependencies,
): Promise<Offboarding> {
  try {
    return await goOn(tenantId, options, deps);
  } catch (error) {
    // The dataset is gone: another call, or an earlier one, has removed it.
    if (isNotFound(error)) return finishRemoved(tenantId, deps);
    throw error;
  }
}

async function goOn(
  tenantId: string,
  options: OffboardOptions,
  deps: OffboardDependencies,
): Promise<Offboarding> {
  const { row: first, location } = await begin(tenantId, options, deps);
  const { offboarding_at: offboardingAt } = first;
  if (offboardingAt === null) throw runsInFlight(tenantId, first.active_runs_count);
  const at = (stage: Offboarding['stage'], numbers: { inFlight?: number; waiting?: number } = {}) => ({
    stage,
    inFlight: numbers.inFlight ?? 0,
    waiting: numbers.waiting ?? 0,
    offboardingAt,
    restorableUntil: null,
  });

  const row = await drain(first, options, deps);
  if (row.active_runs_count > 0) return at('draining', { inFlight: row.active_runs_count });
  const waiting = await record(row, options, deps);
  if (waiting > 0) return at('recording', { waiting });
  if (options.isTimeUp() || !(await deps.exportRuns(row, options.isTimeUp))) return at('exporting');
  if (options.isTimeUp()) return at('removing');
  return remove(row, offboardingAt, location, deps);
}

async function begin(
  tenantId: string,
  { isForced }: OffboardOptions,
  { runStatement, now }: OffboardDependencies,
): Promise<{ readonly row: TenantRow; readonly location: string }> {
  const parameters = { tenant_id: tenantId, now: now(), is_forced: isForced };
  const ask = () => runStatement(tenantId, beginOffboarding, parameters);
  const { rows, location } = await retrying(tenantPolicy, ask);
  if (rows[0] === undefined) throw tenantNotFound(tenantId);
  return { row: rows[0], location };
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
  row: TenantRow,
  offboardingAt: Date,
  location: string,
  { records, announce, datasets, now }: OffboardDependencies,
): Promise<Offboarding> {
  const { tenant_id, onboarding_id } = row;
  const known = await records.find(tenant_id);
  const isSame = known?.offboarding_at.getTime() === offboardingAt.getTime();
  const restorable_until = isSame ? known.restorable_until : new Date(now().getTime() + restorableMs);
  const record = { tenant_id, onboarding_id, offboarding_at: offboardingAt, restorable_until };
  if (!isSame)
    await records.append({ ...record, state: 'removing', recorded_at: now(), last: { row, location } });
  await announce(tenantOffboarded(record, offboardingAt, restorable_until));
  await datasets.deleteDataset(tenant_id);
  await records.append({ ...record, state: 'removed', recorded_at: now(), last: { row, location } });
  return removed(record);
}

/** Of a tenant without a dataset: what is left to do where an earlier call stopped just behind the removal. */
async function finishRemoved(
  tenantId: string,
  { records, now }: Pick<OffboardDependencies, 'records' | 'now'>,
): Promise<Offboarding> {
  const known = await records.find(tenantId);
  if (known === undefined || known.state === 'restored') throw tenantNotFound(tenantId);
  if (known.state === 'removing') await records.append({ ...known, state: 'removed', recorded_at: now() });
  return removed(known);
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
});

const runsInFlight = (tenantId: string, count: number) =>
  new ServiceError(
    'runs_in_flight',
    `Tenant '${tenantId}' has ${count} runs in flight. Nothing was changed. force=true cancels them.`,
    { members: { in_flight: count }, retryAfterSeconds: 60 },
  );
