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
import { createRunClock } from './run-clock';

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
  const clock = createRunClock(run, tools.now);
  const outcomes: StepOutcome[] = [];
  const obstacles = await executeSteps({ run, tools, recorder, outcomes, clock, signal }, outcomes);
  const failed = findDecisive(outcomes);
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
 * The failure that the run ends by: the earliest, and one that stopped others rather than one that was stopped, so that
 * every execution names the same.
 */
function findDecisive(outcomes: readonly StepOutcome[]): StepOutcome | undefined {
  const wasStopped = ({ error }: StepOutcome) => Number(error?.code === 'stopped');
  const failed = outcomes.filter(({ status }) => status === 'FAILED');
  return failed.sort((a, b) => wasStopped(a) - wasStopped(b) || +a.endedAt - +b.endedAt)[0];
}

/**
 * Starts steps as they become ready, so many at once as the definition allows, and adds to `outcomes` as they end. After
 * the first that does not complete none is started. If one failed for good, the others are cancelled; else they may end.
 * Resolves to what steps threw: transient failures, or the signal's reason.
 */
async function executeSteps(
  shared: Omit<StepContext, 'cancelWhen'>,
  outcomes: StepOutcome[],
): Promise<readonly unknown[]> {
  const { steps, max_parallel_steps } = shared.run.definition;
  const failure = new AbortController();
  const context: StepContext = { ...shared, cancelWhen: failure.signal };
  const obstacles: unknown[] = [];
  const started = new Set<string>();
  const completed = new Set<string>();
  const running = new Map<string, Promise<void>>();

  const execute = async (step: Step): Promise<void> => {
    try {
      const outcome = await executeStep(context, step);
      outcomes.push(outcome);
      if (outcome.status === 'COMPLETED') completed.add(step.id);
      else failure.abort();
    } catch (error) {
      obstacles.push(error);
    } finally {
      running.delete(step.id);
    }
  };

  for (;;) {
    const mayStart = obstacles.length === 0 && outcomes.length === completed.size;
    const ready = mayStart ? findReady(steps, started, completed) : [];
    for (const step of ready.slice(0, max_parallel_steps - running.size)) {
      started.add(step.id);
      running.set(step.id, execute(step));
    }
    if (running.size === 0) return obstacles;
    await Promise.race(running.values());
  }
}
