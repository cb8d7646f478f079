import type { Pipeline } from '../../../client';
import type { NeedsOfSteps } from './timeline';

/** What a pipeline says of a step. */
export type DefinedStep = Pipeline['steps'][number];

/** A pipeline as it is now, for a run of it. */
export interface PipelineShape {
  readonly needs: NeedsOfSteps;
  readonly steps: ReadonlyMap<string, DefinedStep>;
}

export const shapeOf = (steps: readonly DefinedStep[]): PipelineShape => ({
  needs: new Map(steps.map(({ id, needs }) => [id, needs])),
  steps: new Map(steps.map((step) => [step.id, step])),
});
