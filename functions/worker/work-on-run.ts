import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { ClaimHandOver } from '../../shared/google/bigquery/jobs/claim-hand-over';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { AppendRows } from '../../shared/google/bigquery/tables/append-rows';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import { executionIdOf, toJobId } from '../../shared/pipelines/job-ids';
import type { Release } from '../../shared/runs/release';
import { failedOutcome, ledgerRow, type RunOutcome } from '../../shared/runs/rules/ledger-row';
import type { RunMessage } from '../../shared/runs/rules/run-identity';
import { findRun } from '../../shared/sql/runs/find-run';
import { retrying } from '../../shared/support/retry';
import { measure } from '../../shared/telemetry/telemetry';
import type { OnboardedSlot } from './execute-run';
import { type RunWatch, type WatchDependencies, watchRun } from './watch-run';

export interface WorkerDependencies extends WatchDependencies {
  readonly runStatement: RunStatement;
  /** For the ledger. Does not repeat by itself, because each attempt carries the time at which it is made. */
  readonly appendRows: AppendRows;
  /** The pipeline with this path; undefined where there is none. */
  readonly findPipeline: (path: string) => PipelineDefinition | undefined;
  /** Runs a pipeline's steps. Throws where the run is not over and a later delivery can go on with it. */
  readonly execute: (
    tenantId: string,
    slot: OnboardedSlot,
    pipeline: PipelineDefinition,
    watch: RunWatch,
    signal: AbortSignal,
  ) => Promise<RunOutcome>;
  readonly release: Release;
  readonly publishRun: PublishRun;
  readonly claimHandOver: ClaimHandOver;
  /** A delivery that has worked this long hands its run over to a fresh message. In milliseconds. */
  readonly handOverAfterMs: number;
  /** How often a message is delivered. Then Pub/Sub gives it up, and reconcile ends its run. */
  readonly deliveryAttempts: number;
  /** How long one delivery tries to write the ledger row; 20 s unless given. In milliseconds. */
  readonly ledgerBudgetMs?: number | undefined;
  readonly now: () => Date;
}

/**
 * A turn's share of the time that a delivery works. The rest allows clocks to differ, usually by two minutes.
 */
const turnShare = 0.75;

/** For the ledger row: a later delivery could only try the same again. */
const retryPolicy = { budgetMs: 20_000, initialBackoffMs: 100, maximumBackoffMs: 5_000, isRetryable };

/**
 * Brings a run to its end. Resolves when nothing is left to do; throws where another delivery is needed.
 *
 * Invariants:
 * - the ledger row comes before the release: until the ledger has the run, its slot is the only record of it;
 * - what is done already is not done again, because a job's id follows from its run, step and attempt
 *   (shared/pipelines/job-ids.ts) and a later delivery attaches to it: any number of deliveries do no harm;
 * - of several ledger rows for one run the one recorded first is its outcome.
 */
export async function workOnRun(message: RunMessage, deps: WorkerDependencies): Promise<void> {
  const { tenant_id, run_id } = message;
  const found = await find(message, deps);
  if (found?.is_finished) return deps.release(tenant_id, run_id);
  if (!found?.slot)
    return deps.log('WARNING', 'A message for a run that is not in flight is dropped', { ...message });

  const { onboarding_id, subscription_tier, location } = found;
  const slot = { ...found.slot, onboarding_id, subscription_tier, location };
  const startedAt = deps.now();
  const outcome = await bringToEnd(message, slot, startedAt, deps);
  if (outcome === 'not over yet') return handOver(message, slot, deps);
  if (outcome === 'ended elsewhere') {
    deps.log('INFO', 'A run that was ended while it was executed gets no outcome from here', { ...message });
    return deps.release(tenant_id, run_id);
  }
  const endedAt = deps.now();
  const executionId = executionIdOf({ runId: run_id, onboardingId: onboarding_id });
  const rowRecordedAt = (recordedAt: Date) => {
    const times = { startedAt: outcome.startedAt ?? startedAt, endedAt, recordedAt };
    return ledgerRow(tenant_id, slot, outcome, times, executionId);
  };
  if (!(await record(tenant_id, rowRecordedAt, deps)))
    return deps.log('WARNING', 'A tenant was deleted under its run, and the run with it', { ...message });
  await deps.release(tenant_id, run_id);
  const seconds = (endedAt.getTime() - (outcome.startedAt ?? startedAt).getTime()) / 1000;
  const { pipeline } = slot;
  measure('tenant_pipelines.run.duration', seconds, { pipeline, status: outcome.status });
  deps.log(outcome.status === 'COMPLETED' ? 'INFO' : 'WARNING', `Run ${outcome.status}`, {
    event: 'run_ended',
    ...message,
    duration_ms: endedAt.getTime() - startedAt.getTime(),
    error_code: outcome.errorCode,
    error_message: outcome.errorMessage,
  });
}

/** Appends the ledger row. False: the ledger is gone, because the tenant was deleted. */
async function record(
  tenantId: string,
  rowRecordedAt: (recordedAt: Date) => ReturnType<typeof ledgerRow>,
  { appendRows, ledgerBudgetMs, now }: WorkerDependencies,
): Promise<boolean> {
  const policy = { ...retryPolicy, budgetMs: ledgerBudgetMs ?? retryPolicy.budgetMs };
  try {
    await retrying(policy, () => appendRows(tenantId, 'pipeline_runs', [rowRecordedAt(now())]));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function find({ tenant_id, run_id }: RunMessage, { runStatement }: WorkerDependencies) {
  try {
    const { rows, location } = await runStatement(tenant_id, findRun, { tenant_id, run_id });
    return rows[0] && { ...rows[0], location };
  } catch (error) {
    // The tenant was deleted, and its runs with it.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function bringToEnd(
  message: RunMessage,
  slot: OnboardedSlot,
  startedAt: Date,
  deps: WorkerDependencies,
): Promise<RunOutcome | 'not over yet' | 'ended elsewhere'> {
  if (startedAt >= slot.lease_expires_at) {
    return failedOutcome(
      'lease_expired',
      `The run did not finish before its lease ended at ${slot.lease_expires_at.toISOString()}`,
    );
  }
  const pipeline = deps.findPipeline(slot.pipeline);
  if (pipeline === undefined)
    return failedOutcome('pipeline_not_found', `There is no pipeline '${slot.pipeline}' any more`);
  const { tenant_id, run_id } = message;
  const isOver = async () => {
    const found = await find(message, deps);
    return found === undefined || found.is_finished || found.slot === null;
  };
  const watch = watchRun(tenant_id, run_id, isOver, deps);
  const timeIsUp = AbortSignal.timeout(deps.handOverAfterMs);
  const signal = AbortSignal.any([watch.signal, timeIsUp]);
  try {
    const outcome = await deps.execute(tenant_id, slot, pipeline, watch, signal);
    // Whoever cancels a run also stops its jobs. A stopped job may be seen here before the freed slot is.
    const wasStopped = outcome.errorCode === 'stopped' && (await isOver());
    return watch.signal.aborted || wasStopped ? 'ended elsewhere' : outcome;
  } catch (error) {
    if (watch.signal.aborted) return 'ended elsewhere';
    if (timeIsUp.aborted && error === timeIsUp.reason) return 'not over yet';
    throw error;
  } finally {
    watch.stop();
  }
}

/**
 * Hands a long run over to a fresh message, before this delivery's deadline. Jobs that are under way go on,
 * and the next delivery attaches to them.
 *
 * A run may have several deliveries at once: reconcile publishes it again, and Pub/Sub delivers twice. If
 * each handed the run over, they would never become fewer. So in each turn only one may, and the others end
 * here. A turn is shorter than a delivery works, so the delivery that goes on never meets its own mark.
 * Should it be lost, the next message that reconcile publishes takes its place.
 */
async function handOver(message: RunMessage, slot: OnboardedSlot, deps: WorkerDependencies): Promise<void> {
  const { handOverAfterMs, now, publishRun, log } = deps;
  const turnMs = handOverAfterMs * turnShare;
  const turn = Math.floor((now().getTime() - slot.admitted_at.getTime()) / turnMs);
  if (!(await isFirstOfTurn(message, slot, turn, deps)))
    return log('INFO', 'A long run is left to the delivery that has handed it over already', { ...message });
  await publishRun(message);
  log('INFO', 'A long run is handed over to a fresh message', { ...message });
}

/** True as well where this cannot be found out: one delivery too many does no harm. */
async function isFirstOfTurn(
  { tenant_id, run_id }: RunMessage,
  { onboarding_id, location }: OnboardedSlot,
  turn: number,
  { claimHandOver, log }: WorkerDependencies,
): Promise<boolean> {
  // No step has a hyphen in its id.
  const jobId = toJobId(executionIdOf({ runId: run_id, onboardingId: onboarding_id }), 'hand-over', turn);
  try {
    return await claimHandOver({ tenantId: tenant_id, runId: run_id, jobId, location });
  } catch (error) {
    log('WARNING', 'Whether a run was handed over already could not be seen', { tenant_id, run_id, error });
    return true;
  }
}
