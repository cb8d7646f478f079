import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { OpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { AppendRows } from '../../shared/google/bigquery/tables/append-rows';
import type { Log } from '../../shared/log';
import { executionIdOf } from '../../shared/pipelines/job-ids';
import type { Release } from '../../shared/runs/release';
import { ledgerRow, type RunOutcome } from '../../shared/runs/rules/ledger-row';
import type { RecordedRun } from '../../shared/sql/runs/read-run';
import { retrying } from '../../shared/support/retry';
import { within } from '../../shared/support/time-limits';
import { findStepJobs } from './running-steps';
import { findRecordedRun, isOver, runNotFound } from './show-run';

export interface CancelDependencies {
  readonly runStatement: RunStatement;
  readonly appendRows: AppendRows;
  readonly release: Release;
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

const appendPolicy = { budgetMs: 4_000, initialBackoffMs: 100, maximumBackoffMs: 1_000, isRetryable };
/** How long the caller waits for the clean-up after the decision, in milliseconds. */
const longestAftermathMs = 8_000;

/**
 * Ends a run as CANCELLED. The ledger row comes first and decides: of several rows for one run the one
 * recorded first is the outcome. Then the slot is released and the jobs are stopped. If these fail, or
 * this instance dies before them, nothing is lost: the worker stops its own jobs once it sees that the slot
 * is gone, reconcile releases what is in the ledger, and the same call again does the rest. A run that has
 * ended keeps its outcome.
 *
 * At most three statements. Throws `run_not_found`, or BigQuery's error: then the run may be cancelled or go
 * on, and the same call again finds out.
 */
export async function cancelRun(
  tenantId: string,
  runId: string,
  deps: CancelDependencies,
): Promise<Cancellation> {
  const run = await findRecordedRun(tenantId, runId, deps.runStatement);
  if (isOver(run)) {
    if (run.status === 'CANCELLED') await cleanUp(tenantId, run, deps);
    return { status: run.status, wasOver: true };
  }
  await record(tenantId, run, deps);
  const [decided] = await Promise.all([
    findRecordedRun(tenantId, runId, deps.runStatement),
    cleanUp(tenantId, run, deps),
  ]);
  // A row that was appended may be readable only later: a run that still looks in flight was ended by this
  // call.
  const status = isOver(decided) ? decided.status : 'CANCELLED';
  return { status, wasOver: status !== 'CANCELLED' };
}

async function record(
  tenantId: string,
  run: RecordedRun,
  { appendRows, now }: CancelDependencies,
): Promise<void> {
  const executionId = executionIdOf({ runId: run.run_id, onboardingId: run.onboarding_id });
  const outcome = cancelledOutcome(run);
  const rowOf = (at: Date) => {
    const times = { startedAt: outcome.startedAt, endedAt: at, recordedAt: at };
    return ledgerRow(tenantId, run, outcome, times, executionId);
  };
  try {
    await retrying(appendPolicy, () => appendRows(tenantId, 'pipeline_runs', [rowOf(now())]));
  } catch (error) {
    // The tenant was deleted meanwhile, with its runs.
    if (isNotFound(error)) throw runNotFound(tenantId, run.run_id);
    throw error;
  }
}

/** Counts what the run's recorded steps have used. */
function cancelledOutcome({ attempts }: RecordedRun): RunOutcome {
  const sum = (column: 'rows_written' | 'bytes_processed' | 'bytes_billed') =>
    attempts.reduce((total, attempt) => total + (attempt[column] ?? 0), 0);
  const starts = attempts.map(({ started_at }) => started_at.getTime());
  return {
    status: 'CANCELLED',
    errorCode: 'cancelled',
    errorMessage: 'The run was cancelled by request.',
    startedAt: starts.length === 0 ? undefined : new Date(Math.min(...starts)),
    rowsWritten: sum('rows_written'),
    bytesProcessed: sum('bytes_processed'),
    bytesBilled: sum('bytes_billed'),
  };
}

/** Best effort: the run is over whether or not this succeeds. */
async function cleanUp(tenantId: string, run: RecordedRun, deps: CancelDependencies): Promise<void> {
  const attempt = async (what: string, work: Promise<void>) => {
    try {
      await within(longestAftermathMs, 'BigQuery', work);
    } catch (error) {
      const fields = { tenant_id: tenantId, run_id: run.run_id, error };
      deps.log('WARNING', `The ${what} of a cancelled run could not be seen to in time`, fields);
    }
  };
  await Promise.all([
    attempt('slot', deps.release(tenantId, run.run_id)),
    attempt('jobs', stopJobs(tenantId, run, deps)),
  ]);
}

async function stopJobs(tenantId: string, run: RecordedRun, deps: CancelDependencies): Promise<void> {
  const jobs = await deps.openJobs(tenantId);
  const found = await findStepJobs(run, deps.pipelines.get(run.pipeline), jobs);
  const underWay = found.filter(({ state }) => state === 'under way');
  await Promise.all(underWay.map(({ jobId }) => jobs.cancel(jobId)));
}
