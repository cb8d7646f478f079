import { z } from 'zod';
import type { PipelineDefinition, WatermarkDefinition } from '../../definitions/schemas/pipeline-schema';
import { ServiceError } from '../../errors';
import { invalidFields } from '../../http/list-problems';
import { describeChange } from '../../pipelines/rules/definition-hash';
import { parseParameterValue } from '../../pipelines/rules/parameter-values';
import type { RecordedRun } from '../../sql/runs/read-run';
import { parseInstructions, type RunInstructions } from '../rules/run-instructions';

/** From where a run is done again: all of it, or what its failure has left. */
export const rerunFromSchema = z.enum(['start', 'failed_step'], 'expected start or failed_step');

/** Where a run begins, of a pipeline with a watermark. */
export const watermarkFields = {
  watermark: z
    .union([z.string().max(4_096), z.int()], 'expected a value of the type of the pipeline’s watermark')
    .optional(),
  record_watermark: z.boolean('expected true or false').optional(),
};

export interface AskedWatermark {
  readonly watermark?: string | number | undefined;
  readonly record_watermark?: boolean | undefined;
}

export interface AskedRerun extends AskedWatermark {
  readonly from: z.infer<typeof rerunFromSchema>;
}

/**
 * What a run that does this one again does otherwise than by its pipeline alone. Throws `invalid_request`, or where it
 * can only be done from its start: `run_not_failed`, or `steps_changed`, which names them.
 */
export function planRerun(
  run: RecordedRun,
  pipeline: PipelineDefinition,
  asked: AskedRerun,
): RunInstructions {
  const before = parseInstructions(run.instructions);
  const watermark = watermarkInstruction(pipeline.watermark, asked) ?? before.watermark;
  const kept: RunInstructions = watermark === undefined ? {} : { watermark };
  if (asked.from === 'start') return kept;
  if (asked.watermark !== undefined)
    throw invalidFields([
      {
        field: 'watermark',
        message: 'expected only with from: start: the steps that are done began with another',
      },
    ]);
  if (run.status !== 'FAILED' && run.status !== 'CANCELLED')
    throw new ServiceError(
      'run_not_failed',
      `The run '${run.run_id}' is ${run.status}: no step of it has failed`,
    );
  return { ...kept, resume: planResume(run, pipeline, before) };
}

/** Undefined where none is asked for. Throws `invalid_request` for a pipeline that has none, or a value of another type. */
export function watermarkInstruction(
  definition: WatermarkDefinition | undefined,
  { watermark, record_watermark }: AskedWatermark,
): RunInstructions['watermark'] {
  if (watermark === undefined) {
    if (record_watermark === undefined) return undefined;
    throw invalidFields([
      { field: 'record_watermark', message: 'expected only with a watermark to begin with' },
    ]);
  }
  if (definition === undefined)
    throw invalidFields([{ field: 'watermark', message: 'expected none: this pipeline has no watermark' }]);
  const parsed = parseParameterValue('watermark', { type: definition.type, description: '' }, watermark);
  if (!parsed.ok) throw invalidFields([{ field: 'watermark', message: parsed.message }]);
  return { from: String(parsed.value), record: record_watermark ?? false };
}

/** The steps that have completed, in this run or in one that it went on after. */
function planResume(run: RecordedRun, pipeline: PipelineDefinition, before: RunInstructions) {
  const completed = [...new Map(run.attempts.map((attempt) => [attempt.step_id, attempt])).values()].filter(
    ({ status, step_id }) => status === 'COMPLETED' && !isOfWatermark(step_id),
  );
  const steps = new Map<string, { run_id: string; hash: string | null; rows_written: number }>(
    Object.entries(before.resume?.steps ?? {}),
  );
  for (const { step_id, definition_hash, rows_written } of completed)
    steps.set(step_id, { run_id: run.run_id, hash: definition_hash, rows_written: rows_written ?? 0 });

  const changed = [...steps].flatMap(([id, { hash }]) => describeChange(id, hash, pipeline) ?? []);
  const read = run.attempts.find(({ step_id, watermark }) => step_id === watermarkRead && watermark !== null);
  const watermark = read?.watermark ?? before.resume?.watermark;
  const isBeginningKnown =
    pipeline.watermark === undefined || before.watermark !== undefined || watermark !== undefined;
  if (steps.size > 0 && !isBeginningKnown) changed.push('the watermark that it began with is not recorded');
  if (changed.length > 0) throw stepsChanged(run.run_id, changed);
  return {
    steps: Object.fromEntries([...steps].map(([id, step]) => [id, { ...step, hash: step.hash ?? '' }])),
    ...(watermark !== undefined && steps.size > 0 && { watermark }),
  };
}

const watermarkRead = 'watermark-read';
/** No step of a definition has a hyphen in its id. */
const isOfWatermark = (stepId: string): boolean => stepId.includes('-');

/** A run that can only be done again from its start, and why. */
export const stepsChanged = (runId: string, changed: readonly string[]) =>
  new ServiceError(
    'steps_changed',
    `The run '${runId}' can only be done again from its start: ${changed.join('; ')}`,
    { members: { changed } },
  );
