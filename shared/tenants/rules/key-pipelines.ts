import { z } from 'zod';
import { ServiceError } from '../../errors';

const segment = '[a-z0-9_]{1,64}';
/** A token carries them with each request. */
const mostPipelines = 20;
const expectedPattern = 'expected a pipeline such as gcp/billing/daily_costs, or gcp/billing/*';

/** A pipeline's name, or `provider/domain/*`. */
export const pipelinePatternSchema = z
  .string()
  .regex(new RegExp(`^${segment}/${segment}/(${segment}|\\*)$`), expectedPattern);

/** Which pipelines a key may start: their names, or `provider/domain/*`. An empty list means all of them. */
export const keyPipelinesSchema = z
  .array(pipelinePatternSchema)
  .max(mostPipelines, `expected at most ${mostPipelines} pipelines`);

/** Whether a pipeline, or a pattern of pipelines, is among those that a key may start. */
export const allowsPipeline = (allowed: readonly string[], pipeline: string): boolean =>
  allowed.length === 0 ||
  allowed.some(
    (pattern) =>
      pattern === pipeline || (pattern.endsWith('/*') && pipeline.startsWith(pattern.slice(0, -1))),
  );

/** Whether all that one list allows is allowed by the other, too. */
export const isWithin = (inner: readonly string[], outer: readonly string[]): boolean =>
  outer.length === 0 || (inner.length > 0 && inner.every((pattern) => allowsPipeline(outer, pattern)));

/** Throws `pipeline_not_allowed` where the key may not start or cancel runs of the pipeline. */
export function requirePipeline(allowed: readonly string[], pipeline: string): void {
  if (allowsPipeline(allowed, pipeline)) return;
  throw new ServiceError(
    'pipeline_not_allowed',
    `Forbidden: this key is for other pipelines than '${pipeline}'. It is for: ${allowed.join(', ')}`,
  );
}
