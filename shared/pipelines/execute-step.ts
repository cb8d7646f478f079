import type { RetryPolicy, Step } from '../definitions/pipeline-shape';
import { backoffMs } from '../retry';
import {
  addUsage,
  type ExecutionTools,
  executionIdOf,
  noUsage,
  type RunToExecute,
  type StepError,
  type StepOutcome,
} from './execution';
import { type Judgement, judgeJob } from './judge-job';
import type { Recorder } from './recorder';
import { type Attempt, toCheckRow, toStepLogRow } from './records';
import { type StepAction, toStepAction } from './step-action';
import { toJobId } from './step-work';
import { TransientFailure } from './transient-failure';

export interface StepContext {
  readonly run: RunToExecute;
  readonly tools: ExecutionTools;
  readonly recorder: Recorder;
  /** Of the steps that have ended; it grows. */
  readonly outcomes: readonly StepOutcome[];
  /** No job starts past it; one that would be running then is cancelled. */
  readonly deadline: { readonly at: Date; readonly error: StepError };
  readonly signal?: AbortSignal | undefined;
}

/**
 * Executes one step: what it does, most often a job, again under the next id as long as it ends with a transient error and the step's retry
 * policy allows. Throws a TransientFailure past the policy, and the signal's reason once that is aborted.
 *
 * An execution begins with the first attempt's id, whatever came before: it attaches to the jobs that exist and passes
 * over those that ended with a transient error. Those do not count against the policy: else a delivered-again run
 * could never get on.
 */
export async function executeStep(context: StepContext, step: Step): Promise<StepOutcome> {
  const action = toStepAction(context, step);
  if ('error' in action) return end(context, step, [endWithoutJob(1, context.tools.now(), action.error)]);
  return await attempt(context, step, action);
}

async function attempt(context: StepContext, step: Step, action: StepAction): Promise<StepOutcome> {
  const { tools, deadline, signal } = context;
  const ended: Judgement[] = [];
  let tries = 0;
  for (;;) {
    const number = ended.length + 1;
    const startedAt = tools.now();
    if (startedAt >= deadline.at) {
      return end(context, step, [...ended, endWithoutJob(number, startedAt, deadline.error)]);
    }
    const jobId = toJobId(executionIdOf(context.run), step.id, number);
    const timeoutMs = Math.min(
      deadline.at.getTime() - startedAt.getTime(),
      (step.timeout_seconds ?? context.run.definition.timeout_seconds) * 1000,
    );
    const request = {
      jobId,
      datasetId: context.run.datasetId,
      timeoutMs,
      labels: toLabels(context.run, step),
    };
    const job = await action.perform(request, signal);
    const frame = { number, jobId: action.isJob ? jobId : null, startedAt, endedAt: tools.now() };
    const judgement = judgeJob(step, job, frame);
    if (!judgement.retryable) return end(context, step, [...ended, judgement]);

    if (job.status === 'failed') ended.push(judgement);
    if (job.status === 'failed' && job.attached) continue;
    tries += 1;
    const { message } = judgement.retryable;
    tools.log('WARNING', `Step '${step.id}', try ${tries}: ${message}`, toLogFields(context.run, jobId));
    if (tries >= step.retry.max_attempts) {
      record(context, step, ended);
      throw new TransientFailure(`Step '${step.id}' after ${tries} tries: ${message}`);
    }
    await tools.sleep(backoffMs(toBackoff(step.retry), tries, tools.random()), signal);
  }
}

function end(context: StepContext, step: Step, judgements: readonly Judgement[]): StepOutcome {
  record(context, step, judgements);
  const attempts = judgements.map(({ attempt }) => attempt);
  const now = context.tools.now();
  const error = attempts.at(-1)?.error;
  return {
    stepId: step.id,
    type: step.type,
    status: error ? 'FAILED' : 'COMPLETED',
    error,
    startedAt: attempts[0]?.startedAt ?? now,
    endedAt: attempts.at(-1)?.endedAt ?? now,
    attempts: attempts.length,
    ...attempts.reduce(addUsage, noUsage),
  };
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

const toBackoff = ({ initial_backoff_seconds, max_backoff_seconds }: RetryPolicy) => ({
  initialBackoffMs: initial_backoff_seconds * 1000,
  maximumBackoffMs: max_backoff_seconds * 1000,
});

function toLabels(run: RunToExecute, step: Step): Readonly<Record<string, string>> {
  return { tenant: run.tenantId, run: run.runId, pipeline: run.definition.path, step: step.id };
}

function toLogFields(run: RunToExecute, jobId: string) {
  return { tenant_id: run.tenantId, run_id: run.runId, pipeline: run.definition.path, job_id: jobId };
}
