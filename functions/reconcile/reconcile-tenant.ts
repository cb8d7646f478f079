import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { AppendRows } from '../../shared/google/bigquery/tables/append-rows';
import type { ReadSlots } from '../../shared/google/bigquery/tables/read-slots';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import type { Log } from '../../shared/log';
import type { Release } from '../../shared/runs/release';
import { failedOutcome, ledgerRow, type Slot } from '../../shared/runs/rules/ledger-row';
import { isDue, type RepublishRule } from '../../shared/runs/rules/run-times';
import { checkCounters } from '../../shared/sql/runs/check-counters';
import { findFinishedRuns } from '../../shared/sql/runs/find-finished-runs';
import { repairCounters } from '../../shared/sql/runs/repair-counters';
import { retrying } from '../../shared/support/retry';

export interface ReconcileDependencies {
  readonly readSlots: ReadSlots;
  readonly runStatement: RunStatement;
  /** Does not repeat by itself, because each attempt carries the time at which it is made. */
  readonly appendRows: AppendRows;
  readonly publishRun: PublishRun;
  readonly release: Release;
  readonly rule: RepublishRule;
  readonly now: () => Date;
  readonly log: Log;
}

export interface Reconciled {
  readonly released: number;
  readonly republished: number;
  readonly expired: number;
  readonly repaired: number;
}

/** A row has up to 32 KB of parameters, and a streaming insert takes 10 MB. */
const rowsPerAppend = 200;

const nothing: Reconciled = { released: 0, republished: 0, expired: 0, repaired: 0 };
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Puts a tenant's runs and counters in order: runs in the ledger free their slots, runs that did not start
 * are published again, runs that outlived their lease end as FAILED, and counters that break the conservation
 * law are repaired. All of it is idempotent, so two calls at once do no harm. A tenant with nothing in flight
 * costs no query.
 */
export async function reconcileTenant(tenantId: string, deps: ReconcileDependencies): Promise<Reconciled> {
  // Taken before the slots are read: a lease that had expired by then cannot have been withdrawn since.
  const now = deps.now();
  const slots = await retrying(retryPolicy, () => deps.readSlots(tenantId));
  if (slots.length === 0) return nothing;
  const state = await readState(tenantId, slots, deps);
  if (state === undefined) return nothing;

  const finishedIds = new Set(state.finished_run_ids);
  const finished = slots.filter(({ run_id }) => finishedIds.has(run_id));
  const unfinished = slots.filter(({ run_id }) => !finishedIds.has(run_id));
  const expired = unfinished.filter(({ lease_expires_at }) => lease_expires_at <= now);
  const due = unfinished.filter(
    (slot) => !expired.includes(slot) && isDue(now.getTime() - slot.admitted_at.getTime(), deps.rule),
  );

  await endExpired(tenantId, expired, deps);
  await Promise.all([...finished, ...expired].map(({ run_id }) => deps.release(tenantId, run_id)));
  const [repaired, ...published] = await Promise.allSettled([
    repairIfBroken(tenantId, deps),
    ...due.map((slot) => publishAgain(tenantId, slot, deps)),
  ]);
  // Both have been tried by now, whichever fails.
  for (const done of published) if (done.status === 'rejected') throw done.reason;
  if (repaired.status === 'rejected') throw repaired.reason;
  return {
    released: finished.length,
    republished: due.length,
    expired: expired.length,
    repaired: repaired.value,
  };
}

/** Undefined where the tenant is gone. */
async function readState(tenantId: string, slots: readonly Slot[], { runStatement }: ReconcileDependencies) {
  const parameters = { tenant_id: tenantId, run_ids: slots.map(({ run_id }) => run_id) };
  const read = () => runStatement(tenantId, findFinishedRuns, parameters);
  try {
    return (await retrying(retryPolicy, read)).rows[0];
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** If a worker records its own outcome at the same time, the ledger has two rows, and the first decides. */
async function endExpired(
  tenantId: string,
  expired: readonly Slot[],
  deps: ReconcileDependencies,
): Promise<void> {
  for (let start = 0; start < expired.length; start += rowsPerAppend) {
    const slots = expired.slice(start, start + rowsPerAppend);
    for (const { run_id, pipeline } of slots) {
      const fields = { tenant_id: tenantId, run_id, pipeline };
      deps.log('WARNING', 'A run outlived its lease', { event: 'run_expired', ...fields });
    }
    const append = () =>
      deps.appendRows(
        tenantId,
        'pipeline_runs',
        slots.map((slot) => expiredRow(tenantId, slot, deps.now())),
      );
    await retrying(retryPolicy, append);
  }
}

function expiredRow(tenantId: string, slot: Slot, now: Date) {
  const reason = `The run did not finish before its lease ended at ${slot.lease_expires_at.toISOString()}`;
  const times = { startedAt: undefined, endedAt: now, recordedAt: now };
  return ledgerRow(tenantId, slot, failedOutcome('lease_expired', reason), times);
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

/**
 * How many rows were repaired: 1 or 0. Comes after the releases, so that a ledger too large to count cannot
 * stop a run from ending.
 */
async function repairIfBroken(
  tenantId: string,
  { runStatement, now, log }: ReconcileDependencies,
): Promise<number> {
  const check = () => runStatement(tenantId, checkCounters, { tenant_id: tenantId });
  const [found] = (await retrying(retryPolicy, check)).rows;
  const isLawKept =
    found === undefined ||
    (found.known_runs === found.pipeline_runs_count &&
      found.known_runs_this_month === found.pipeline_runs_this_month);
  if (isLawKept) return 0;
  const repair = () => runStatement(tenantId, repairCounters, { tenant_id: tenantId, now: now() });
  const { affectedRows } = await retrying(retryPolicy, repair);
  if (affectedRows > 0) {
    const fields = { tenant_id: tenantId, found };
    const message = 'Counters broke the conservation law and were repaired';
    log('ERROR', message, { event: 'invariant_repaired', ...fields });
  }
  return affectedRows;
}
