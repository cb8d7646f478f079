import { createHash } from 'node:crypto';
import type { PipelineDefinition, Step } from '../../definitions/schemas/pipeline-schema';
import { sqlParametersOf } from './pipeline-parameters';

/*
 * What a step was when it completed: its definition with the texts of its files, and the declarations of the
 * parameters that its SQL can name. A run that goes on after another compares them, and leaves out what is the same.
 */

type Declared = Pick<PipelineDefinition, 'parameters' | 'watermark'>;

/** Two digests: of the step, and of its pipeline's parameters. */
export const definitionHash = (step: Step, pipeline: Declared): string =>
  `${digestOf(step)}-${digestOf(sqlParametersOf(pipeline))}`;

/**
 * Why a step cannot be left out, in words that name it; undefined if it is as it was.
 * @param hash as it was recorded; null: by a version that did not
 */
export function describeChange(
  stepId: string,
  hash: string | null,
  pipeline: Pick<PipelineDefinition, 'steps'> & Declared,
): string | undefined {
  const step = pipeline.steps.find(({ id }) => id === stepId);
  if (step === undefined) return `step '${stepId}' is gone`;
  if (hash === null) return `what step '${stepId}' was is not recorded`;
  const now = definitionHash(step, pipeline);
  if (hash === now) return undefined;
  return hash.split('-')[0] === now.split('-')[0]
    ? `the parameters of step '${stepId}' are declared otherwise`
    : `step '${stepId}' is another one`;
}

/** Whatever the order of its members. 80 bits: no two versions of one step are alike by chance. */
const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value, (_, part) => inOrder(part)))
    .digest('hex')
    .slice(0, 20);

function inOrder(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
