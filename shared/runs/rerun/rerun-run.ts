import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import { ServiceError } from '../../errors';
import type { RunStatement } from '../../google/bigquery/statements/run-statement';
import { knownParameters } from '../../pipelines/rules/pipeline-parameters';
import { requirePipeline } from '../../tenants/rules/key-pipelines';
import { runIdOfKey } from '../rules/run-identity';
import type { RunInstructions } from '../rules/run-instructions';
import { findRecordedRun, isOver } from '../show-run';
import { type RunRequest, type StartedRun, type StartRunDependencies, startRun } from '../start-run';
import type { FindOverwritten } from './overwritten-tables';
import { type AskedRerun, planRerun, stepsChanged } from './plan-rerun';

export interface RerunDependencies extends StartRunDependencies {
  readonly runStatement: RunStatement;
  readonly findOverwritten: FindOverwritten;
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
}

export interface RerunRequest
  extends Omit<RunRequest, 'pipeline' | 'parameters' | 'trigger' | 'rerunOf' | 'asked' | 'instructions'> {
  readonly runId: string;
  readonly rerun: AskedRerun;
  /** Those that the caller's key is for; none: all. */
  readonly allowedPipelines: readonly string[];
  /** The operation that does it. */
  readonly operation?: RunInstructions['operation'];
}

/**
 * Does a run again that is over: a new run of its pipeline as it is now, with its parameters as they were recorded,
 * but for those that the pipeline no longer has. It is admitted and counted like any. From its failed step it leaves out the steps that are done. One statement
 * more than a start.
 *
 * Throws `run_not_found`, `pipeline_not_found`, `pipeline_not_allowed`, `run_not_over`, `run_not_failed` or
 * `steps_changed`, and like startRun.
 */
export async function rerunRun(
  { runId, rerun, allowedPipelines, operation, ...request }: RerunRequest,
  deps: RerunDependencies,
): Promise<StartedRun & { readonly pipeline: string }> {
  const run = await findRecordedRun(request.tenantId, runId, deps.runStatement);
  requirePipeline(allowedPipelines, run.pipeline);
  if (!isOver(run))
    throw new ServiceError('run_not_over', `The run '${runId}' is not over: cancel it, or wait for its end`);
  const pipeline = deps.pipelines.get(run.pipeline);
  if (pipeline === undefined)
    throw new ServiceError('pipeline_not_found', `There is no pipeline '${run.pipeline}' any more`);
  const instructions = planRerun(run, pipeline, rerun);
  // A repeat has begun already: what its run writes itself does not count.
  const { tenantId, idempotencyKey: key } = request;
  const isRepeat = key !== undefined && run.reruns.includes(runIdOfKey(tenantId, key));
  if (instructions.resume !== undefined && !isRepeat) {
    const changed = await deps.findOverwritten(tenantId, run, pipeline);
    if (changed.length > 0) throw stepsChanged(runId, changed);
  }
  const started = await startRun(
    {
      ...request,
      pipeline,
      parameters: knownParameters(pipeline.parameters, run.parameters),
      trigger: 'rerun',
      rerunOf: runId,
      asked: ['rerun', runId, rerun.from, rerun.watermark ?? null, rerun.record_watermark ?? null],
      instructions: operation === undefined ? instructions : { ...instructions, operation },
    },
    deps,
  );
  return { ...started, pipeline: pipeline.path };
}
