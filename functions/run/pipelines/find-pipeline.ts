import { z } from 'zod';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import { ServiceError } from '../../../shared/errors';

const segment = z.string().regex(/^[a-z0-9_]{1,64}$/, 'expected 1 to 64 of a-z, 0-9 and _');

/** Names a pipeline in a path. */
export const pipelinePathSchema = z.object({ provider: segment, domain: segment, pipeline: segment });

/** Throws `pipeline_not_found`. */
export function findPipeline(
  { provider, domain, pipeline }: z.infer<typeof pipelinePathSchema>,
  { pipelines }: { readonly pipelines: ReadonlyMap<string, PipelineDefinition> },
): PipelineDefinition {
  const path = `${provider}/${domain}/${pipeline}`;
  const found = pipelines.get(path);
  if (found !== undefined) return found;
  throw new ServiceError('pipeline_not_found', `There is no pipeline '${path}'`);
}
