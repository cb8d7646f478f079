import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import type { RunInstructions } from '../../runs/rules/run-instructions';
import { noUsage, type StepOutcome } from '../execution';
import { describeChange } from './definition-hash';

/** The steps that a run does not do again, as outcomes that cost nothing. */
export function reusedOutcomes(
  { steps }: Pick<PipelineDefinition, 'steps'>,
  { resume }: RunInstructions,
  now: Date,
): readonly StepOutcome[] {
  if (resume === undefined) return [];
  return steps.flatMap(({ id, type }) => {
    const reused = resume.steps[id];
    if (reused === undefined) return [];
    const outcome = {
      stepId: id,
      type,
      status: 'COMPLETED',
      startedAt: now,
      endedAt: now,
      attempts: 0,
    } as const;
    return [{ ...outcome, ...noUsage, rowsWritten: reused.rows_written }];
  });
}

/** Why a run cannot leave out the steps that it was to leave out: what has changed of each of them. */
export const changedSteps = (
  definition: PipelineDefinition,
  { resume }: RunInstructions,
): readonly string[] =>
  Object.entries(resume?.steps ?? {}).flatMap(([id, { hash }]) => describeChange(id, hash, definition) ?? []);
