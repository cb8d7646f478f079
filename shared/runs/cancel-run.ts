import type { PipelineDefinition } from '../definitions/schemas/pipeline-schema';
import { ServiceError } from '../errors';
import type { OpenJobs } from '../google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { Log } from '../log';
import { countFinalRows } from '../pipelines/rules/final-tables';
import type { RecordedRun } from '../sql/runs/read-run';
import { within } from '../support/time-limits';
import { requirePipeline } from '../tenants/rules/key-pipelines';
import { TimeIsUp } from './group-commit';
import type { RunOutcome } from './rules/ledger-row';
import { parseInstructions } from './rules/run-instructions';
import { findStepJobs } from './running-steps';
import type { Settle } from './settle';
import { findRecordedRun, isOver, runNotFound } from './show-run';
import type { CancelOldest } from './start-run';

export interface CancelDependencies {
  readonly runStatement: RunStatement;
  readonly settle: Settle;
  readonly openJobs: OpenJobs;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly now: () => Date;
  readonly log: Log;
}

export interface Cancellation {
  /** The run's outcome. */
  readonly status: RecordedRun['status'];
  /** True: it had ended before this call. */
  readonly wasOver: boolean;
}

/** How long the caller waits for the clean-up after the decision, in milliseconds. */
const longestAftermathMs = 8_000;

/**
 * Settles a run as CANCELLED, and then stops its jobs. If that fails, or this instance dies before it, nothing
 * is lost: the worker stops its own jobs once it sees that the slot is gone, and the same call again does the
 * rest. A run that was settled before keeps its outcome.
 *
 * Usually two statements. The tenant sees the reason in the run's error message. Throws `run_not_found`, `pipeline_not_allowed`, or `unavailable`, after which the run may be cancelled or go
 * on, and the same call again finds out.
 */
export async function cancelRun(
  tenantId: string,
  runId: string,
  pipelines: readonly string[],
  deps: CancelDependencies,
  reason?: string,
): Promise<Cancellation> {
  const run = await findRecordedRun(tenantId, runId, deps.runStatement);
  requirePipeline(pipelines, run.pipeline);
  if (isOver(run)) {
    if (run.status === 'CANCELLED') await stopJobs(tenantId, run, deps);
    return { status: run.status, wasOver: true };
  }
  const outcome = cancelledOutcome(run, deps.pipelines.get(run.pipeline), reason);
  const settling = {
    run,
    onboardingId: run.onboarding_id,
    outcome,
    startedAt: outcome.startedAt,
    endedAt: deps.now(),
  };
  const settled = await deps.settle(tenantId, settling).catch((error: unknown) => {
    throw error instanceof TimeIsUp ? undecided(error) : error;
  });
  // It was withdrawn or its tenant deleted meanwhile.
  if (settled === undefined) throw runNotFound(tenantId, runId);
  const { status } = settled.outcome;
  const wasOver = status !== 'CANCELLED';
  await Promise.all([settled.appended, wasOver || stopJobs(tenantId, run, deps)]);
  return { status, wasOver };
}

/** No list of pipelines: all may be cancelled. */
const everyPipeline: readonly string[] = [];

/** Cancels a run in whose place a newer one of its pipeline starts, as startRun asks for it. Throws like cancelRun. */
export const createCancelOldest =
  (deps: CancelDependencies): CancelOldest =>
  (tenantId, runId) =>
    cancelRun(tenantId, runId, everyPipeline, deps, 'a newer run took its place');

const undecided = (cause: unknown) =>
  new ServiceError('unavailable', 'The run may be cancelled or go on: ask again to find out.', {
    retryAfterSeconds: 5,
    cause,
  });

/** Counts what the run's recorded steps have used. */
function cancelledOutcome(
  { attempts, instructions }: RecordedRun,
  definition: PipelineDefinition | undefined,
  reason: string | undefined,
): RunOutcome {
  const reused = Object.entries(parseInstructions(instructions).resume?.steps ?? {});
  const written = [...reused, ...attempts.map((attempt) => [attempt.step_id, attempt] as const)].map(
    ([stepId, { rows_written }]) => ({ stepId, rowsWritten: rows_written ?? 0 }),
  );
  const sum = (column: 'bytes_processed' | 'bytes_billed') =>
    attempts.reduce((total, attempt) => total + (attempt[column] ?? 0), 0);
  const starts = attempts.map(({ started_at }) => started_at.getTime());
  return {
    status: 'CANCELLED',
    errorCode: 'cancelled',
    errorMessage: `The run was cancelled by request${reason === undefined ? '.' : `: ${reason}`}`,
    startedAt: starts.length === 0 ? undefined : new Date(Math.min(...starts)),
    rowsWritten: countFinalRows(definition?.steps ?? [], written),
    bytesProcessed: sum('bytes_processed'),
    bytesBilled: sum('bytes_billed'),
  };
}

/** Best effort: the run is over whether or not this succeeds. */
async function stopJobs(tenantId: string, run: RecordedRun, deps: CancelDependencies): Promise<void> {
  const stop = async () => {
    const jobs = await deps.openJobs(tenantId);
    const found = await findStepJobs(run, deps.pipelines.get(run.pipeline), jobs);
    const underWay = found.filter(({ state }) => state === 'under way');
    await Promise.all(underWay.map(({ jobId }) => jobs.cancel(jobId)));
  };
  try {
    await within(longestAftermathMs, 'BigQuery', stop());
  } catch (error) {
    const fields = { tenant_id: tenantId, run_id: run.run_id, error };
    deps.log('WARNING', 'The jobs of a cancelled run could not be seen to in time', fields);
  }
}
