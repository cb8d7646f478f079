import type { Step } from '../definitions/schemas/pipeline-schema';
import { inSpan } from '../telemetry/telemetry';
import { executeStep } from './execute-step';
import {
  addUsage,
  type ExecutionTools,
  noUsage,
  type PipelineOutcome,
  type RunToExecute,
  type StepContext,
  type StepOutcome,
} from './execution';
import { findReady } from './rules/dag';
import { countFinalRows } from './rules/final-tables';
import { reusedOutcomes } from './rules/reused-steps';
import { createRunClock } from './run-clock';
import { createRecorder } from './step-records';
import { nextWatermark, recordsWatermark, withWatermark } from './watermark';

/**
 * Executes a run's steps, independent ones at once, and resolves to the run's outcome once its records are
 * written. It can be called again for the same run at any time: what has been done is read, not done again.
 *
 * Throws a TransientFailure if the run cannot go on for now. Once `signal` is aborted it throws the signal's
 * reason: jobs that are under way go on, and the next call attaches to them.
 */
export async function executePipeline(
  run: RunToExecute,
  tools: ExecutionTools,
  signal?: AbortSignal,
): Promise<PipelineOutcome> {
  const startedAt = tools.now();
  const recorder = createRecorder(run, tools);
  const clock = createRunClock(run, tools.now);
  const failure = new AbortController();
  const reused = reusedOutcomes(run.definition, run.instructions ?? {}, startedAt);
  const outcomes: StepOutcome[] = [...reused];
  const firsts = new Set<string>();
  const resumed = new Set<string>();
  const context = {
    run,
    tools,
    recorder,
    outcomes,
    firsts,
    resumed,
    clock,
    cancelWhen: failure.signal,
    signal,
  };
  const { obstacles, watermark } = await executeAll(context, outcomes, failure);
  const failed = findDecisive(outcomes);
  // A step that failed for good decides how the run ends, whatever stopped the others.
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
    watermark,
    startedAt: earliest(
      startedAt,
      outcomes.filter(({ stepId }) => resumed.has(stepId)),
    ),
    endedAt: tools.now(),
    steps: outcomes,
    ...outcomes.reduce(addUsage, noUsage),
    rowsWritten: countFinalRows(run.definition.steps, outcomes),
  };
}

/**
 * When the run began: with this execution, or with a step that an earlier one had begun. Other steps began
 * here, whatever BigQuery's clock says.
 */
const earliest = (startedAt: Date, resumed: readonly StepOutcome[]): Date =>
  new Date(Math.min(+startedAt, ...resumed.map((outcome) => +outcome.startedAt)));

interface Executed {
  /** What steps threw: transient failures, or the signal's reason. */
  readonly obstacles: readonly unknown[];
  readonly watermark?: string | undefined;
}

/** Executes the steps, and what the watermark takes before and after. Adds to `outcomes`. */
async function executeAll(
  context: StepContext,
  outcomes: StepOutcome[],
  failure: AbortController,
): Promise<Executed> {
  const { watermark } = context.run.definition;
  if (watermark === undefined) return { obstacles: await executeSteps(context, outcomes, failure) };
  try {
    const read = await withWatermark(context, watermark);
    if (read.outcome !== undefined) outcomes.push(read.outcome);
    if (read.run === undefined) return { obstacles: [] };
    const inner = { ...context, run: read.run };
    const obstacles = await executeSteps(inner, outcomes, failure);
    if (obstacles.length > 0 || failure.signal.aborted) return { obstacles };
    const decided = await recordsWatermark(inner, watermark);
    if (decided.outcome !== undefined) outcomes.push(decided.outcome);
    if (!decided.records || decided.outcome?.status === 'FAILED') return { obstacles };
    const { outcome, value } = await nextWatermark(inner, watermark);
    outcomes.push(outcome);
    return { obstacles, watermark: value };
  } catch (error) {
    return { obstacles: [error] };
  }
}

/**
 * The failure that ends the run: the earliest, and one that stopped others rather than one that was stopped,
 * so that every execution names the same.
 */
function findDecisive(outcomes: readonly StepOutcome[]): StepOutcome | undefined {
  const wasStopped = ({ error }: StepOutcome) => Number(error?.code === 'stopped');
  const failed = outcomes.filter(({ status }) => status === 'FAILED');
  return failed.sort((a, b) => wasStopped(a) - wasStopped(b) || +a.endedAt - +b.endedAt)[0];
}

/**
 * Starts steps as they become ready, as many at once as the definition allows, and adds to `outcomes` as they
 * end. Once a step has not completed, no further step starts. If it failed for good, the others are
 * cancelled; if not, they may finish. Resolves to what steps threw: transient failures, or the signal's reason.
 */
async function executeSteps(
  context: StepContext,
  outcomes: StepOutcome[],
  failure: AbortController,
): Promise<readonly unknown[]> {
  const { steps, max_parallel_steps } = context.run.definition;
  const obstacles: unknown[] = [];
  // What an earlier run has done is not done again.
  const completed = new Set(Object.keys(context.run.instructions?.resume?.steps ?? {}));
  const started = new Set(completed);
  const running = new Map<string, Promise<void>>();

  const execute = async (step: Step): Promise<void> => {
    try {
      const about = { 'tenant_pipelines.step.type': step.type };
      const outcome = await inSpan(`step ${step.id}`, 'internal', about, () => executeStep(context, step));
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
    const mayStart = obstacles.length === 0 && !failure.signal.aborted;
    const ready = mayStart ? findReady(steps, started, completed) : [];
    for (const step of ready.slice(0, max_parallel_steps - running.size)) {
      started.add(step.id);
      running.set(step.id, execute(step));
    }
    if (running.size === 0) return obstacles;
    await Promise.race(running.values());
  }
}
