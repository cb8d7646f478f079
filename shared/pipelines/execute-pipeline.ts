import type { Step } from '../definitions/pipeline-shape';
import { findReady } from '../domain/dag';
import { executeStep, type StepContext } from './execute-step';
import {
  addUsage,
  type ExecutionTools,
  noUsage,
  type RunOutcome,
  type RunToExecute,
  type StepOutcome,
} from './execution';
import { createRecorder } from './recorder';

/** Steps of one run that are under way at once: jobs of one tenant, which share its slots in BigQuery. */
const stepsAtOnce = 4;

/**
 * Executes a run's steps, independent ones at once, and resolves to the run's outcome; its records are then written.
 * It can be called again for the same run at any time: what has been done is read, not done again.
 *
 * Throws a TransientFailure where the run could not go on for now. Once `signal` is aborted it throws the signal's
 * reason: jobs that are under way go on, and the next call attaches to them.
 */
export async function executePipeline(
  run: RunToExecute,
  tools: ExecutionTools,
  signal?: AbortSignal,
): Promise<RunOutcome> {
  const startedAt = tools.now();
  const recorder = createRecorder(run, tools);
  const outcomes: StepOutcome[] = [];
  const context = { run, tools, recorder, outcomes, deadline: findDeadline(run, startedAt), signal };
  const obstacles = await executeSteps(context, run.definition.steps, outcomes);
  const failed = outcomes.find((outcome) => outcome.status === 'FAILED');
  // A step that failed for good decides the run, whatever stopped the others.
  if (!failed && obstacles.length > 0) {
    await recorder.flush().catch(() => undefined);
    throw obstacles[0];
  }
  await recorder.flush();
  return {
    status: failed ? 'FAILED' : 'COMPLETED',
    errorCode: failed?.error?.code,
    errorMessage: failed?.error?.message,
    failedStep: failed?.stepId,
    startedAt: new Date(Math.min(+startedAt, ...outcomes.map((outcome) => +outcome.startedAt))),
    endedAt: tools.now(),
    steps: outcomes,
    ...outcomes.reduce(addUsage, noUsage),
  };
}

/**
 * Starts steps as they become ready, and adds to `outcomes` as they end. After the first that does not complete none is
 * started; the others may end. Resolves to what steps threw: transient failures, or the signal's reason.
 */
async function executeSteps(
  context: StepContext,
  steps: readonly Step[],
  outcomes: StepOutcome[],
): Promise<readonly unknown[]> {
  const obstacles: unknown[] = [];
  const started = new Set<string>();
  const completed = new Set<string>();
  const running = new Map<string, Promise<void>>();

  const execute = async (step: Step): Promise<void> => {
    try {
      const outcome = await executeStep(context, step);
      outcomes.push(outcome);
      if (outcome.status === 'COMPLETED') completed.add(step.id);
    } catch (error) {
      obstacles.push(error);
    } finally {
      running.delete(step.id);
    }
  };

  for (;;) {
    const mayStart = obstacles.length === 0 && outcomes.length === completed.size;
    const ready = mayStart ? findReady(steps, started, completed) : [];
    for (const step of ready.slice(0, stepsAtOnce - running.size)) {
      started.add(step.id);
      running.set(step.id, execute(step));
    }
    if (running.size === 0) return obstacles;
    await Promise.race(running.values());
  }
}

function findDeadline(
  { definition, leaseExpiresAt }: RunToExecute,
  startedAt: Date,
): StepContext['deadline'] {
  const timeout = new Date(startedAt.getTime() + definition.timeout_seconds * 1000);
  if (leaseExpiresAt < timeout) {
    const message = "The run's lease had expired before this step could start.";
    return { at: leaseExpiresAt, error: { code: 'lease_expired', message } };
  }
  const message = `The pipeline's timeout of ${definition.timeout_seconds} seconds had passed before this step could start.`;
  return { at: timeout, error: { code: 'timed_out', message } };
}
