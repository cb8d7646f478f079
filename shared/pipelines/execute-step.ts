import type { Step, StepRetry } from '../definitions/schemas/pipeline-schema';
import { type Failure, isPassing } from '../google/bigquery/failures';
import type { JobOutcome } from '../google/bigquery/jobs/job-outcome';
import { durationMs } from '../support/clock';
import { jitteredBackoffMs } from '../support/retry';
import {
  addUsage,
  type ExecutionTools,
  noUsage,
  type RunToExecute,
  type StepAction,
  type StepContext,
  type StepError,
  type StepOutcome,
  TransientFailure,
} from './execution';
import { executionIdOf, toJobId } from './job-ids';
import { type Judgement, judgeJob } from './judge-attempt';
import type { RunSources } from './rules/run-sources';
import { type Attempt, toCheckRow, toStepLogRow } from './step-records';
import { toStepAction } from './steps/step-action';

/**
 * Executes one step: most often a job, repeated under the next id as long as it ends with an error that the
 * step's retry policy names. When the policy is used up, throws a TransientFailure if the error was a passing
 * one; otherwise the step ends as FAILED. Throws the signal's reason once that is aborted.
 *
 * Every execution begins with the first attempt's id: it attaches to the jobs that exist and passes over
 * those that ended with a passing error. Those do not count against the policy, or a run that is delivered
 * again could never get on. Past the deadline it only attaches: what was done in time counts.
 */
export async function executeStep(context: StepContext, step: Step): Promise<StepOutcome> {
  await context.tools.beforeStep?.();
  context.signal?.throwIfAborted();
  const action = toStepAction(context, step);
  if ('error' in action) return end(context, step, [endWithoutJob(1, context.tools.now(), action.error)]);
  try {
    return await executeAction(context, step, action);
  } finally {
    await action.close?.();
  }
}

/** Like executeStep, with the action given. */
export async function executeAction(
  context: StepContext,
  step: Step,
  action: StepAction,
): Promise<StepOutcome> {
  const { tools, clock, cancelWhen, signal } = context;
  const ended: Judgement[] = [];
  let tries = 0;
  for (;;) {
    const number = ended.length + 1;
    const startedAt = tools.now();
    if (cancelWhen.aborted) return end(context, step, [...ended, endWithoutJob(number, startedAt, stopped)]);
    const request = toJobRequest(context, step, number);
    const isLate = request.attachOnly && !action.isJob;
    const job = isLate ? undefined : await action.perform(request, signal);
    const jobId = action.isJob && mayHaveStarted(job) ? request.jobId : null;
    if (job === undefined || (request.attachOnly && isAbsent(job))) {
      const { attempt, checks } = endWithoutJob(number, startedAt, clock.deadline().error);
      return end(context, step, [...ended, { attempt: { ...attempt, jobId }, checks }]);
    }
    const frame = { number, jobId, startedAt, endedAt: tools.now() };
    const judgement = judgeJob(step, job, frame);
    const { retryable, said } = judgement;
    if (said !== undefined) {
      const fields = { ...toLogFields(context.run, request.jobId), said };
      tools.log('WARNING', `Step '${step.id}': what BigQuery said is not for its tenant`, fields);
    }
    if (job.status === 'completed' && !job.attached) context.firsts.add(step.id);
    if (job.status !== 'unknown' && job.attached) context.resumed.add(step.id);
    if (!retryable || isSpent(step, ended, tries, retryable)) {
      return end(context, step, [...ended, judgement]);
    }

    if (job.status === 'failed') ended.push(judgement);
    if (job.status === 'failed' && job.attached) continue;
    tries += 1;
    const problem = `Step '${step.id}', try ${tries}: ${retryable.message}`;
    tools.log('WARNING', problem, toLogFields(context.run, request.jobId));
    const pauseMs = Math.max(
      jitteredBackoffMs(toBackoff(step.retry), tries, tools.random()),
      retryable.retryAfterMs ?? 0,
    );
    // An API that asks for a longer pause than there is time for is not asked again in this execution.
    if (tries >= step.retry.max_attempts || (retryable.retryAfterMs ?? 0) >= clock.remainingMs()) {
      record(context, step, ended);
      throw new TransientFailure(`Step '${step.id}' after ${tries} tries: ${retryable.message}`);
    }
    await pause(context, pauseMs);
  }
}

const isAbsent = (job: JobOutcome): boolean => job.status === 'unknown' && job.failure.kind === 'not_found';

/** Whether there may be a job that somebody wants to look at. */
const mayHaveStarted = (job: JobOutcome | undefined): boolean =>
  job !== undefined && (job.status !== 'unknown' || job.mayHaveStarted);

const stopped: StepError = { code: 'stopped', message: 'The run was over before this step could go on.' };

function toJobRequest({ run, tools, clock, cancelWhen }: StepContext, step: Step, number: number) {
  const stepTimeoutMs = (step.timeout_seconds ?? run.definition.timeout_seconds) * 1000;
  const remainingMs = clock.remainingMs();
  return {
    jobId: toJobId(executionIdOf(run), step.id, number),
    datasetId: run.datasetId,
    location: run.location,
    timeoutMs: Math.min(remainingMs, stepTimeoutMs),
    remainingMs: (ageMs: number) => {
      clock.noteAge(ageMs);
      return Math.min(clock.remainingMs(), stepTimeoutMs - ageMs);
    },
    attachOnly: remainingMs <= 0,
    cancelWhen,
    labels: toLabels(run, step),
    reads: reachOf(run, tools),
  };
}

/**
 * Whether a failure that does not pass by itself has used up the step's attempts. Those of earlier executions
 * count, so that how a step ends does not depend on how often its run was delivered.
 */
function isSpent(step: Step, ended: readonly Judgement[], tries: number, failure: Failure): boolean {
  if (isPassing(failure)) return false;
  const lasting = ended.filter(({ retryable }) => retryable && !isPassing(retryable));
  return Math.max(lasting.length, tries) + 1 >= step.retry.max_attempts;
}

/** Ends early if the run is over; throws the signal's reason. */
async function pause({ tools, signal, cancelWhen }: StepContext, milliseconds: number): Promise<void> {
  const signals = [cancelWhen, ...(signal ? [signal] : [])];
  try {
    await tools.sleep(milliseconds, AbortSignal.any(signals));
  } catch (error) {
    signal?.throwIfAborted();
    if (!cancelWhen.aborted) throw error;
  }
}

function end(context: StepContext, step: Step, judgements: readonly Judgement[]): StepOutcome {
  record(context, step, judgements);
  const attempts = judgements.map(({ attempt }) => attempt);
  const now = context.tools.now();
  const error = attempts.at(-1)?.error;
  const outcome: StepOutcome = {
    stepId: step.id,
    type: step.type,
    status: error ? 'FAILED' : 'COMPLETED',
    error,
    startedAt: attempts[0]?.startedAt ?? now,
    endedAt: attempts.at(-1)?.endedAt ?? now,
    attempts: attempts.length,
    ...attempts.reduce(addUsage, noUsage),
  };
  context.tools.log('DEBUG', `Step '${step.id}' ${outcome.status}`, {
    event: 'step_ended',
    tenant_id: context.run.tenantId,
    run_id: context.run.runId,
    pipeline: context.run.definition.path,
    attempts: outcome.attempts,
    duration_ms: durationMs(outcome.startedAt, outcome.endedAt),
    rows_written: outcome.rowsWritten,
    bytes_billed: outcome.bytesBilled,
    error_code: error?.code,
    error_message: error?.message,
  });
  return outcome;
}

function record({ run, tools, recorder }: StepContext, step: Step, judgements: readonly Judgement[]): void {
  const now = tools.now();
  const attempts = judgements.map(({ attempt }) => toStepLogRow(run, step, attempt, now));
  recorder.append('step_logs', attempts);
  const last = judgements.at(-1);
  if (!last || last.retryable) return;
  recorder.append(
    'dq_results',
    last.checks.map((check) => toCheckRow(run, step, last.attempt.number, check, now)),
  );
}

function endWithoutJob(number: number, at: Date, error: StepError): Judgement {
  const attempt: Attempt = { number, jobId: null, startedAt: at, endedAt: at, error, ...noUsage };
  return { attempt, checks: [] };
}

const toBackoff = ({ initial_backoff_seconds, max_backoff_seconds }: StepRetry) => ({
  initialBackoffMs: initial_backoff_seconds * 1000,
  maximumBackoffMs: max_backoff_seconds * 1000,
});

const reachOf = (run: RunToExecute, { allowedSources = [] }: ExecutionTools): RunSources => ({
  tenantId: run.tenantId,
  datasetId: run.datasetId,
  sources: run.definition.sources,
  allowed: allowedSources,
});

function toLabels(run: RunToExecute, step: Step): Readonly<Record<string, string>> {
  return { tenant: run.tenantId, run: run.runId, pipeline: run.definition.path, step: step.id };
}

function toLogFields(run: RunToExecute, jobId: string) {
  return { tenant_id: run.tenantId, run_id: run.runId, pipeline: run.definition.path, job_id: jobId };
}
