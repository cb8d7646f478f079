import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { ClaimHandOver } from '../../shared/google/bigquery/jobs/claim-hand-over';
import type { HoldsSlot } from '../../shared/google/bigquery/tables/read-tenant-state';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import type { Log } from '../../shared/log';
import { executionIdOf, toJobId } from '../../shared/pipelines/job-ids';
import type { AnnounceAlerts } from '../../shared/runs/announce-alerts';
import { failedOutcome, type RunOutcome } from '../../shared/runs/rules/ledger-row';
import type { RunMessage } from '../../shared/runs/rules/run-identity';
import { leastToBeginMs, leastToGoOnMs } from '../../shared/runs/rules/run-times';
import type { Settle } from '../../shared/runs/settle';
import type { HasBegun } from '../../shared/runs/settling/has-begun';
import { type Clock, durationMs, steadyTime } from '../../shared/support/clock';
import { measure } from '../../shared/telemetry/telemetry';
import type { OnboardedSlot } from './execute-run';
import type { FindRun, FoundRun } from './find-run';
import type { Worked } from './tenant-places';
import { type RunWatch, type WatchDependencies, watchRun } from './watch-run';

export interface WorkerDependencies extends WatchDependencies {
  readonly findRun: FindRun;
  readonly announceAlerts: AnnounceAlerts;
  /** The pipeline with this path; undefined where there is none. */
  readonly findPipeline: (path: string) => PipelineDefinition | undefined;
  /** Runs a pipeline's steps. Throws where the run is not over and a later delivery can go on with it. */
  readonly execute: (
    tenantId: string,
    slot: OnboardedSlot,
    pipeline: PipelineDefinition,
    /** The time of this delivery, which does not jump. */
    now: () => Date,
    watch: RunWatch,
    signal: AbortSignal,
  ) => Promise<RunOutcome>;
  /** Free of charge. */
  readonly holdsSlot: HoldsSlot;
  readonly hasBegun: HasBegun;
  readonly settle: Settle;
  readonly publishRun: PublishRun;
  readonly claimHandOver: ClaimHandOver;
  /** A delivery that has worked this long hands its run over to a fresh message. In milliseconds. */
  readonly handOverAfterMs: number;
  /** How often a message is delivered. Then Pub/Sub gives it up, and reconcile ends its run. */
  readonly deliveryAttempts: number;
  readonly clock: Clock;
}

/**
 * A turn's share of the time that a delivery works. The rest allows clocks to differ, usually by two minutes.
 */
const turnShare = 0.75;

/**
 * Brings a run to its end. Resolves when nothing is left to do, or another message has been published; throws where
 * this one has to be delivered again.
 *
 * Invariants:
 * - only a run that holds a slot of this tenant's life is executed, and settling it is the one decision how it
 *   ended: if somebody else has settled it, that stands;
 * - what is done already is not done again, because a job's id follows from its run, step and attempt
 *   (shared/pipelines/job-ids.ts) and a later delivery attaches to it: any number of deliveries do no harm.
 */
export async function workOnRun(message: RunMessage, deps: WorkerDependencies): Promise<Worked> {
  const { tenant_id } = message;
  const ended = (...[severity, text, fields]: Parameters<Log>): Worked => {
    deps.log(severity, text, { ...message, ...fields });
    return 'over';
  };
  const now = steadyTime(deps.clock);
  const found = await deps.findRun(message);
  if (found) await announce(message, found, deps);
  if (!found?.slot) return ended('WARNING', 'A message for a run that is not in flight is dropped');
  if (found.is_recorded) return ended('INFO', 'A run that is in the ledger already is left to reconcile');

  const { onboarding_id, subscription_tier, bytes_left, location } = found;
  const slot = { ...found.slot, onboarding_id, subscription_tier, bytes_left, location };
  const lookedAt = now();
  deps.log('DEBUG', 'Run started', { event: 'run_started', ...message });
  const outcome = await bringToEnd(message, slot, now, deps);
  if (outcome === 'not over yet') {
    await handOver(message, slot, now(), deps);
    return 'handed over';
  }
  if (outcome === 'left to reconcile')
    return ended('INFO', 'A run whose lease is over, or nearly so, is left to reconcile');
  if (outcome === 'ended elsewhere')
    return ended('INFO', 'A run that was ended while it was executed gets no outcome from here');
  const startedAt = outcome.startedAt ?? lookedAt;
  const endedAt = now();
  const settled = await deps.settle(tenant_id, {
    run: slot,
    onboardingId: onboarding_id,
    outcome,
    startedAt,
    endedAt,
  });
  if (settled === undefined)
    return ended('WARNING', 'A tenant was deleted under its run, and the run with it');
  await settled.appended;
  if (settled.outcome.status !== outcome.status)
    return ended('INFO', 'A run was settled by somebody else first', { status: settled.outcome.status });
  const duration_ms = durationMs(startedAt, endedAt);
  const { pipeline } = slot;
  measure('tenant_pipelines.run.duration', duration_ms / 1000, { pipeline, status: outcome.status });
  return ended(outcome.status === 'COMPLETED' ? 'INFO' : 'WARNING', `Run ${outcome.status}`, {
    event: 'run_ended',
    duration_ms,
    error_code: outcome.errorCode,
    error_message: outcome.errorMessage,
  });
}

/** An event that cannot be published holds up no run: reconcile publishes it. */
async function announce(
  { tenant_id, run_id }: RunMessage,
  { onboarding_id, alerts }: FoundRun,
  { announceAlerts, log }: WorkerDependencies,
): Promise<void> {
  if (alerts.length === 0) return;
  try {
    await announceAlerts({ tenant_id, onboarding_id }, alerts);
  } catch (error) {
    const fields = { tenant_id, run_id, error };
    log('WARNING', 'How much of a quota is used could not be announced; reconcile does it', fields);
  }
}

/**
 * Whether a run that never began is over is not for a worker to say: with too little left of its lease it is left to
 * reconcile, which decides once the lease is over. Whether it began is looked at only where that makes the difference.
 */
async function bringToEnd(
  message: RunMessage,
  slot: OnboardedSlot,
  now: () => Date,
  deps: WorkerDependencies,
): Promise<RunOutcome | 'not over yet' | 'ended elsewhere' | 'left to reconcile'> {
  const pipeline = deps.findPipeline(slot.pipeline);
  const leftMs = slot.lease_expires_at.getTime() - now().getTime();
  if (leftMs <= 0) return 'left to reconcile';
  if (pipeline === undefined)
    return failedOutcome('pipeline_not_found', `There is no pipeline '${slot.pipeline}' any more`);
  const { tenant_id, run_id } = message;
  const isTooLate =
    leftMs < leastToGoOnMs(pipeline) ||
    (leftMs < leastToBeginMs(pipeline) && !(await deps.hasBegun(tenant_id, slot, pipeline)));
  if (isTooLate) return 'left to reconcile';
  const isOver = async () => {
    const found = await deps.findRun(message);
    const isHeld = found?.onboarding_id === slot.onboarding_id && found.slot !== undefined;
    return !isHeld || found.is_recorded;
  };
  const hasOtherLease = async () =>
    (await deps.findRun(message))?.slot?.lease_expires_at.getTime() !== slot.lease_expires_at.getTime();
  const holdsSlot = () => deps.holdsSlot(tenant_id, slot.onboarding_id, run_id);
  const watch = watchRun(message, { holdsSlot, isOver }, deps);
  const timeIsUp = AbortSignal.timeout(deps.handOverAfterMs);
  const signal = AbortSignal.any([watch.signal, timeIsUp]);
  try {
    const outcome = await deps.execute(tenant_id, slot, pipeline, now, watch, signal);
    // Whoever cancels a run also stops its jobs. A stopped job may be seen here before the freed slot is.
    const wasStopped = outcome.errorCode === 'stopped' && (await isOver());
    // Taken for one that never began, it waits or has another lease by now, and goes on under that.
    const isPastLease = outcome.status === 'FAILED' && now() >= slot.lease_expires_at;
    const isSuperseded = isPastLease && (await hasOtherLease());
    return watch.signal.aborted || wasStopped || isSuperseded ? 'ended elsewhere' : outcome;
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
async function handOver(
  message: RunMessage,
  slot: OnboardedSlot,
  now: Date,
  deps: WorkerDependencies,
): Promise<void> {
  const { handOverAfterMs, publishRun, log } = deps;
  const turnMs = handOverAfterMs * turnShare;
  const turn = Math.floor((now.getTime() - slot.admitted_at.getTime()) / turnMs);
  if (!(await isFirstOfTurn(message, slot, turn, deps)))
    return log('INFO', 'A long run is left to the delivery that has handed it over already', { ...message });
  await publishRun({ ...message, has_begun: true });
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
