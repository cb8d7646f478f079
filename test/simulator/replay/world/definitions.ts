import { join } from 'node:path';
import { inspectPipeline } from '../../../../shared/definitions/inspect-pipeline';
import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';

const names = ['look', 'append', 'fail', 'long', 'single', 'wide', 'newest'] as const;
export type PipelineName = (typeof names)[number];

export const pathOf = (name: PipelineName): string => `simulated/example/${name}`;

/** The simulation's own pipelines. Throws where one is wrong. */
export function loadSimulatedPipelines(): ReadonlyMap<string, PipelineDefinition> {
  return new Map(
    names.map((name) => {
      const file = join(__dirname, 'pipelines', `${name}.yaml`);
      const { definition, problems } = inspectPipeline(file, pathOf(name), new Set());
      if (definition === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
      return [pathOf(name), definition];
    }),
  );
}
