import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ReadTenantState, TenantState } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import {
  isQueued,
  outcomeOf,
  type RecordedOutcome,
  type Slot,
  slotsHeldBy,
} from '../../shared/runs/rules/ledger-row';
import { isDue } from '../../shared/runs/rules/run-times';
import { admissionRange } from '../../shared/runs/settling/appended-runs';
import { checkCounters } from '../../shared/sql/runs/check-counters';
import { confirmRuns } from '../../shared/sql/runs/confirm-runs';
import { findRecordedRuns } from '../../shared/sql/runs/find-recorded-runs';
import { repairCounters } from '../../shared/sql/runs/repair-counters';
import { retrying } from '../../shared/support/retry';
import { type AnnounceDependencies, announceDue } from './announce-due';
import { announceExpiries, type ExpiryDependencies } from './announce-expiries';
import { endLapsed, endOverdue, type LapseDependencies, tryAll } from './end-lapsed';
import { type RecordDependencies, recordSettled, retryPolicy, type SettledOfTenant } from './record-settled';

export interface ReconcileDependencies
  extends RecordDependencies,
    AnnounceDependencies,
    ExpiryDependencies,
    LapseDependencies {
  readonly readTenantState: ReadTenantState;
  readonly runStatement: RunStatement;
  readonly publishRun: PublishRun;
  /** Told of each tenant whose counters broke the conservation law and were repaired. */
  readonly noteBrokenLaw: (tenantId: string) => void;
  readonly now: () => Date;
}

export interface Reconciled {
  /** Settled runs that were appended to the ledger again. */
  readonly appended: number;
  readonly republished: number;
  readonly expired: number;
  /** Runs that never began, and wait in the queue again. */
  readonly put_back: number;
  readonly repaired: number;
}

const nothing: Reconciled = { appended: 0, republished: 0, expired: 0, put_back: 0, repaired: 0 };

/** A tenant as one call of reconcile sees it. */
interface Looked extends SettledOfTenant, TenantState {
  readonly isLedgerRead: boolean;
}

/**
 * Puts a tenant's runs and counters in order: settled runs that the ledger lacks are appended again, runs that
 * did not start are published again, runs that outlived their lease or their time in the queue are settled as
 * FAILED or, if they never began, wait again, slots that are free are handed on to the runs that wait, and counters that
 * break the conservation law are repaired. Thresholds of its quotas that nobody has announced are announced,
 * and keys that expire soon. Each of these is tried, whatever becomes of the others; then the first failure is
 * thrown. All of it is idempotent, so two calls at once do no harm. A tenant with nothing in flight and nothing
 * that waits for the ledger costs no query.
 */
export async function reconcileTenant(tenantId: string, deps: ReconcileDependencies): Promise<Reconciled> {
  const now = deps.now();
  const state = await retrying(retryPolicy, () => deps.readTenantState(tenantId));
  if (state === undefined) return nothing;
  const [reconciled, ...announced] = await Promise.allSettled([
    reconcileRuns(tenantId, state, now, deps),
    announceDue(tenantId, state, now, deps),
    announceExpiries({ tenant_id: tenantId, onboarding_id: state.onboarding_id }, now, deps),
  ]);
  if (reconciled.status === 'rejected') throw reconciled.reason;
  for (const part of announced) {
    // The tenant was deleted.
    if (part.status === 'rejected' && !isNotFound(part.reason)) throw part.reason;
  }
  return reconciled.value;
}

async function reconcileRuns(
  tenantId: string,
  state: TenantState,
  now: Date,
  deps: ReconcileDependencies,
): Promise<Reconciled> {
  if (state.active_runs.length + state.settled_runs.length === 0) return nothing;
  const look = await Promise.allSettled([findRecorded(tenantId, state, deps)]);
  const isLedgerRead = look[0].status === 'fulfilled';
  const ledger = look[0].status === 'fulfilled' ? look[0].value : new Map();
  const looked: Looked = { ...state, tenantId, now, ledger, isLedgerRead };

  const open = openOf(looked);
  const done = await Promise.allSettled([
    recordSettled(looked, deps),
    publishUnstarted(looked, deps),
    endOverdue(open, looked, deps),
    endLapsed(open, looked, deps),
    handOn(looked, deps),
    settleRecorded(looked, deps),
    repairIfBroken(tenantId, deps),
  ]);
  for (const part of [...look, ...done]) {
    // The tenant was deleted, and its runs with it.
    if (part.status === 'rejected' && !isNotFound(part.reason)) throw part.reason;
  }
  const [appended, republished, overdue, lapsed, , , repaired] = done;
  const { ended, putBack } = valueOr({ ended: 0, putBack: 0 }, lapsed);
  return {
    appended: valueOr(0, appended),
    republished: valueOr(0, republished),
    expired: valueOr(0, overdue) + ended,
    put_back: putBack,
    repaired: valueOr(0, repaired),
  };
}

const valueOr = <T>(other: T, part: PromiseSettledResult<T>): T =>
  part.status === 'fulfilled' ? part.value : other;

/** What the ledger has of the tenant's runs in flight and settled. */
async function findRecorded(
  tenantId: string,
  { active_runs, settled_runs }: TenantState,
  { runStatement }: ReconcileDependencies,
): Promise<ReadonlyMap<string, RecordedOutcome>> {
  const runs = [...active_runs, ...settled_runs];
  const parameters = { run_ids: runs.map(({ run_id }) => run_id), ...admissionRange(runs) };
  const find = () => runStatement(tenantId, findRecordedRuns, parameters);
  const { rows } = await retrying(retryPolicy, find);
  return new Map(rows.map((row) => [row.run_id, row]));
}

/**
 * Publishes runs again that may have been started by nobody. Their admission is confirmed first: from then on
 * none of them is withdrawn, so none loses its slot under its worker.
 */
async function publishUnstarted(looked: Looked, deps: ReconcileDependencies): Promise<number> {
  const { tenantId, active_runs, confirmed_until, now, ledger } = looked;
  const due = active_runs.filter(
    (slot) =>
      !ledger.has(slot.run_id) &&
      !isQueued(slot) &&
      slot.lease_expires_at > now &&
      isDue(now.getTime() - (slot.handed_on_at ?? slot.admitted_at).getTime(), deps.rule),
  );
  if (due.length === 0) return 0;
  const until = new Date(Math.max(...due.map(({ admitted_at }) => admitted_at.getTime())));
  if (confirmed_until === null || confirmed_until < until) {
    const confirm = () => deps.runStatement(tenantId, confirmRuns, { tenant_id: tenantId, until });
    await retrying(retryPolicy, confirm);
  }
  await tryAll(due.map((slot) => publishAgain(tenantId, slot, deps)));
  return due.length;
}

async function publishAgain(
  tenantId: string,
  { run_id, pipeline }: Slot,
  deps: ReconcileDependencies,
): Promise<void> {
  const message = { tenant_id: tenantId, run_id, pipeline };
  await deps.publishRun(message);
  deps.log('INFO', 'A run that has not finished is published again', message);
}

/** A run that a version recorded before it freed the slot has its outcome, so nothing is ended unless the ledger was read. */
const openOf = ({ active_runs, ledger, isLedgerRead }: Looked): readonly Slot[] =>
  isLedgerRead ? active_runs.filter(({ run_id }) => !ledger.has(run_id)) : [];

/** For slots that nobody handed on: of a quota that was raised, of an activated tenant, of an expired lease. */
async function handOn(looked: Looked, deps: ReconcileDependencies): Promise<number> {
  const { tenantId, onboarding_id, active_runs, is_active, max_concurrent_pipelines: most, now } = looked;
  const isAnyWaiting = active_runs.some(({ queued_until }) => queued_until !== null && queued_until > now);
  const isAnyFree = most === null || slotsHeldBy(active_runs, now) < most;
  return is_active && isAnyWaiting && isAnyFree
    ? await retrying(retryPolicy, () => deps.handOnSlots(tenantId, onboarding_id))
    : 0;
}

/**
 * Frees the slots of runs that the ledger has, as a version left them that recorded a run before it freed its
 * slot. Their outcome stands as it is recorded.
 */
async function settleRecorded(looked: Looked, deps: ReconcileDependencies): Promise<number> {
  const { tenantId, onboarding_id, active_runs, ledger } = looked;
  const left = active_runs.flatMap((slot) => ledger.get(slot.run_id) ?? []);
  await tryAll(
    left.map(async (run) => {
      const settled = await deps.settle(tenantId, {
        run,
        onboardingId: onboarding_id,
        outcome: outcomeOf(run),
        startedAt: run.started_at ?? undefined,
        endedAt: run.ended_at,
        recordedAt: run.recorded_at,
      });
      await settled?.appended;
    }),
  );
  return left.length;
}

/** How many rows were repaired: 1 or 0. */
async function repairIfBroken(
  tenantId: string,
  { runStatement, noteBrokenLaw, now, log }: ReconcileDependencies,
): Promise<number> {
  const check = () => runStatement(tenantId, checkCounters, { tenant_id: tenantId });
  const [found] = (await retrying(retryPolicy, check)).rows;
  if (found === undefined) return 0;
  const areRunsCounted =
    found.known_runs === found.pipeline_runs_count &&
    found.known_runs_this_month === found.pipeline_runs_this_month;
  if (areRunsCounted && found.known_bytes_this_month === found.bytes_billed_this_month) return 0;
  const repair = () => runStatement(tenantId, repairCounters, { tenant_id: tenantId, now: now() });
  const { affectedRows } = await retrying(retryPolicy, repair);
  const fields = { tenant_id: tenantId, found };
  // A version before counts no bytes, while instances of both are at work.
  if (affectedRows > 0 && areRunsCounted) log('INFO', 'Bytes billed this month were counted anew', fields);
  if (affectedRows > 0 && !areRunsCounted) {
    const message = 'Counters broke the conservation law and were repaired';
    log('ERROR', message, { event: 'invariant_repaired', ...fields });
    noteBrokenLaw(tenantId);
  }
  return affectedRows;
}
