import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { TenantState } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { Log } from '../../shared/log';
import { failedOutcome, isQueued, type Slot } from '../../shared/runs/rules/ledger-row';
import { leaseGraceMs, leaseSecondsGiven, mayBeginUntil } from '../../shared/runs/rules/run-times';
import type { HandOnSlots, Settle } from '../../shared/runs/settle';
import { admissionRange } from '../../shared/runs/settling/appended-runs';
import { hasAnyJob } from '../../shared/runs/settling/has-begun';
import { findLapsedRuns } from '../../shared/sql/runs/find-lapsed-runs';
import { putBackRuns } from '../../shared/sql/runs/put-back-runs';
import { forEachBounded } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';
import { retryPolicy } from './record-settled';

export interface LapseDependencies {
  readonly runStatement: RunStatement;
  readonly settle: Settle;
  readonly handOnSlots: HandOnSlots;
  readonly openJobs: OpenJobs;
  /** The pipeline with this path; undefined where there is none any more. */
  readonly findPipeline: (path: string) => PipelineDefinition | undefined;
  readonly log: Log;
}

/** A tenant, as one call of reconcile sees it. */
export interface TenantWithLeases extends Pick<TenantState, 'onboarding_id' | 'is_active' | 'active_runs'> {
  readonly tenantId: string;
  /** Taken before the row was read: a lease that had ended by then is no matter of timing. */
  readonly now: Date;
}

/** Of one tenant in one call; the next call looks at the others. A look is a request a first step, and one each attempt of it. */
const mostLooks = 500;
const looksAtOnce = 8;

/** Ends the runs of these that waited in the queue for as long as they might. Resolves to their number. */
export async function endOverdue(
  runs: readonly Slot[],
  tenant: TenantWithLeases,
  deps: LapseDependencies,
): Promise<number> {
  const overdue = runs.filter(({ queued_until }) => queued_until !== null && queued_until <= tenant.now);
  await tryAll(
    overdue.map((run) => {
      const until = run.queued_until?.toISOString();
      const reason = isPutBack(run)
        ? `${neverBegan(run)}, and it waited for a slot again until ${until}. ${startAgain}`
        : `The run was still waiting for a slot at ${until}`;
      return end(run, 'queue_expired', reason, tenant, deps);
    }),
  );
  return overdue.length;
}

/**
 * What became of runs whose lease was over, as far as this call decided it: of two calls at once both count a run, and
 * what somebody cancelled meanwhile is counted, too.
 */
export interface Lapsed {
  readonly ended: number;
  readonly putBack: number;
}

/**
 * The one place that decides about a lease that is over. A run that had begun ends as FAILED (`lease_expired`): it had
 * its time. One that never began had none, because no worker had room for it or its messages were lost: it goes back
 * to the queue, which keeps its place by its admission, and gets a slot again as one becomes free; a day after the lease
 * that was over (mayBeginUntil) it ends as FAILED (`queue_expired`). What it was given to wait when it was started
 * (`queue_ttl`) is not known of it any more, and bounds the wait before its first slot alone.
 *
 * A run began if an attempt of a step is on record, or there is a job of one of its first steps. Jobs are looked at
 * first: what is seen of one before the snapshot that says whose lease is over belongs to that lease. A look that
 * fails decides nothing about its run in this call.
 *
 * Invariants:
 * - workers begin nothing with little left of its lease (leastToBeginMs), and a lease has been over for leaseGraceMs. So
 *   whoever works on the run has ended it, or shows a job;
 * - should a run be taken for one that never began although it did (by a step that is no job, and has no record yet),
 *   nothing is done twice that a second delivery would not do: its id stays, its jobs are found by it, and whoever
 *   settles it first decides. While it waits, a message about it is dropped, as any run's that holds no slot; its
 *   cancellation ends it;
 * - putting back is guarded by the lease that is over: of two calls at once, or with one that saw an older row, one
 *   changes nothing. Ending is guarded by the slot alone: should another call have put the run back since it was looked
 *   at, because it saw less, it ends all the same, with one outcome;
 * - a version before this one ends such a run at the end of its lease, and hands on and settles what was put back as it
 *   does what waits.
 */
export async function endLapsed(
  runs: readonly Slot[],
  tenant: TenantWithLeases,
  deps: LapseDependencies,
): Promise<Lapsed> {
  const longAgo = tenant.now.getTime() - leaseGraceMs;
  const lapsed = runs
    .filter((run) => !isQueued(run) && run.lease_expires_at.getTime() <= longAgo)
    .sort((one, other) => one.lease_expires_at.getTime() - other.lease_expires_at.getTime())
    .slice(0, mostLooks);
  if (lapsed.length === 0) return { ended: 0, putBack: 0 };
  const failures: unknown[] = [];
  const hasBegun = await look(lapsed, tenant, deps, failures);
  const begun = lapsed.filter(({ run_id }) => hasBegun.get(run_id) === true);
  const unbegun = lapsed.filter(({ run_id }) => hasBegun.get(run_id) === false);
  const left = unbegun.filter((run) => mayBeginUntil(run) > tenant.now);
  const spent = unbegun.filter((run) => !left.includes(run));
  const done = await Promise.allSettled([
    putBack(left, tenant, deps),
    tryAll([
      ...begun.map((run) => {
        const reason = `The run did not finish before its lease ended at ${run.lease_expires_at.toISOString()}`;
        return end(run, 'lease_expired', reason, tenant, deps);
      }),
      ...spent.map((run) => end(run, 'queue_expired', `${neverBegan(run)}. ${startAgain}`, tenant, deps)),
    ]),
  ]);
  failures.push(...done.flatMap((part) => (part.status === 'rejected' ? [part.reason] : [])));
  if (failures.length > 0) throw failures[0];
  return { ended: begun.length + spent.length, putBack: left.length };
}

/** Whether each of these began, by run id. Those are missing about which nothing is to be decided. */
async function look(
  lapsed: readonly Slot[],
  { tenantId, onboarding_id, now }: TenantWithLeases,
  deps: LapseDependencies,
  failures: unknown[],
): Promise<ReadonlyMap<string, boolean>> {
  const jobs = await retrying(retryPolicy, () => deps.openJobs(tenantId));
  const hasJob = new Map<string, boolean>();
  await forEachBounded(lapsed, looksAtOnce, async (run) => {
    try {
      const definition = deps.findPipeline(run.pipeline);
      hasJob.set(run.run_id, await hasAnyJob(run, onboarding_id, definition, jobs));
    } catch (error) {
      failures.push(error);
    }
  });
  if (hasJob.size === 0) return hasJob;
  const parameters = {
    tenant_id: tenantId,
    onboarding_id: onboarding_id ?? '',
    run_ids: [...hasJob.keys()],
    from: admissionRange(lapsed).from,
    now,
  };
  const find = () => deps.runStatement(tenantId, findLapsedRuns, parameters);
  const { rows } = await retrying(retryPolicy, find);
  return new Map(rows.map(({ run_id, has_begun }) => [run_id, has_begun || hasJob.get(run_id) === true]));
}

async function putBack(
  runs: readonly Slot[],
  { tenantId, onboarding_id, is_active, now }: TenantWithLeases,
  { runStatement, handOnSlots, log }: LapseDependencies,
): Promise<void> {
  if (runs.length === 0) return;
  const parameters = {
    tenant_id: tenantId,
    onboarding_id: onboarding_id ?? '',
    now,
    confirmed_until: new Date(Math.max(...runs.map(({ admitted_at }) => admitted_at.getTime()))),
    runs: runs.map((run) => ({
      run_id: run.run_id,
      queued_until: mayBeginUntil(run),
      lease_seconds: leaseSecondsGiven(run),
    })),
  };
  const { affectedRows } = await retrying(retryPolicy, () => runStatement(tenantId, putBackRuns, parameters));
  if (affectedRows === 0) return;
  for (const { run_id, pipeline, admitted_at, lease_expires_at } of runs) {
    const fields = { event: 'run_put_back', tenant_id: tenantId, run_id, pipeline } as const;
    const message = 'A run that never began goes back to the queue: no worker had room for it';
    log('WARNING', message, { ...fields, admitted_at, lease_expires_at });
  }
  // Not before: the slots that are free are for those whose turn it is.
  if (is_active) await retrying(retryPolicy, () => handOnSlots(tenantId, onboarding_id));
}

/** A run that waits and had a slot before. */
const isPutBack = ({ admitted_at, lease_expires_at }: Slot): boolean => lease_expires_at > admitted_at;

function neverBegan({ admitted_at, handed_on_at, lease_expires_at }: Slot): string {
  const slot = handed_on_at === null ? '' : `, got its slot at ${handed_on_at.toISOString()}`;
  return `The run never began: it was admitted at ${admitted_at.toISOString()}${slot}, and no worker had room for it before its lease ended at ${lease_expires_at.toISOString()}`;
}
const startAgain = 'Nothing of it was done: it can be started again.';

async function end(
  run: Slot,
  code: 'lease_expired' | 'queue_expired',
  reason: string,
  { tenantId, onboarding_id, now }: TenantWithLeases,
  { settle, log }: LapseDependencies,
): Promise<void> {
  const settled = await settle(tenantId, {
    run,
    onboardingId: onboarding_id,
    outcome: failedOutcome(code, reason),
    startedAt: undefined,
    endedAt: now,
    onlyIfQueued: isQueued(run),
  });
  await settled?.appended;
  if (settled?.outcome.error_code !== code) return;
  const { run_id, pipeline } = run;
  const event = code === 'lease_expired' ? 'run_expired' : 'queue_expired';
  const what = code === 'lease_expired' ? 'A run outlived its lease' : 'A run outlived its time in the queue';
  log('WARNING', what, { event, tenant_id: tenantId, run_id, pipeline });
}

/** All of them are tried; then the first failure is thrown. */
export async function tryAll(work: readonly Promise<unknown>[]): Promise<void> {
  for (const done of await Promise.allSettled(work)) if (done.status === 'rejected') throw done.reason;
}
