import { z } from 'zod';
import { isDefinitionSource } from '../../pipelines/rules/run-sources';
import { type AtLimit, atLimits } from '../../runs/rules/admission-rules';
import type {
  destinationSchema,
  partitionDestinationSchema,
  queryDestinationSchema,
} from './destination-schema';
import { exportStepSchema } from './export-schema';
import { httpStepSchema } from './http-schema';
import type { KnownFormats } from './known-formats-schema';
import { loadStepSchema } from './load-schema';
import { parameterNameSchema, textSchema } from './name-schemas';
import { notifyStepSchema } from './notify-schema';
import { type checkSchema, qualityStepSchema } from './quality-schema';
import { queryStepSchema } from './query-schema';
import { type retrySchema, secondsSchema } from './step-schema';
import { watermarkSchema } from './watermark-schema';

/**
 * The schema of schemas/pipelines/<provider>/<domain>/<pipeline_id>.yaml. Every object is strict: an unknown
 * field is an error, so that a misspelt one is not silently ignored.
 */

export const parameterTypes = ['STRING', 'INT64', 'FLOAT64', 'BOOL', 'DATE', 'TIMESTAMP', 'NUMERIC'] as const;

const parameterSchema = z
  .strictObject({
    type: z
      .enum(parameterTypes, { error: `expected one of ${parameterTypes.join(', ')}` })
      .describe('The type of @name in SQL.'),
    description: textSchema.describe('For those who start the pipeline.'),
    required: z
      .boolean()
      .optional()
      .describe('Whether a run must give it. If not, the default applies, or NULL.'),
    default: z
      .union([z.string(), z.number(), z.boolean(), z.null()])
      .optional()
      .describe('The value if a run does not give one.'),
    example: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .describe('A value as one could be given: a form offers it.'),
    pattern: z
      .string()
      .min(1)
      .refine(isRegularExpression, 'expected a regular expression')
      .optional()
      .describe('For a STRING: a regular expression that the whole value must match.'),
  })
  .refine((parameter) => !(parameter.required && parameter.default !== undefined), {
    path: ['default'],
    error: 'expected either required: true or a default',
  })
  .refine((parameter) => parameter.pattern === undefined || parameter.type === 'STRING', {
    path: ['pattern'],
    error: 'expected for a STRING only',
  });

const definitionSource = z
  .string()
  .refine(isDefinitionSource, 'expected a dataset, project.dataset, gs://bucket/prefix/ or gs://*');

const pipelinePath = z
  .string()
  .regex(/^[a-z0-9_]{1,64}(\/[a-z0-9_]{1,64}){2}$/, 'expected a pipeline: provider/domain/name');

export const stepTypes = ['query', 'load', 'quality', 'notify', 'export', 'http'] as const;

export const pipelineSchema = z.strictObject({
  description: textSchema.describe('What the pipeline does, as shown in the catalogue.'),
  timeout_seconds: secondsSchema(86_400)
    .default(600)
    .describe(
      'Counted from the start of the first step, in seconds. After it no further step starts, and running steps are cancelled.',
    ),
  max_parallel_steps: z
    .int()
    .min(1)
    .max(20)
    .default(4)
    .describe("The most steps that run at once. Their jobs share the project's BigQuery slots."),
  sources: z
    .array(definitionSource)
    .max(100)
    .default([])
    .describe(
      "What the pipeline reads besides its tenant's dataset: datasets (dataset or project.dataset) and files (gs://bucket/prefix/, with {tenant_id} for the tenant's id). gs://* allows all files that the deployment allows; a URI that a caller gives must then lie in a folder of the tenant.",
    ),
  needs_pipeline: z
    .union([pipelinePath, z.array(pipelinePath).min(1).max(20)])
    .transform((given) => [given].flat())
    .optional()
    .describe(
      'The pipelines (provider/domain/name) whose tables this one reads: one, or a list. npm run check knows their columns. It starts none of them and waits for none.',
    ),
  watermark: watermarkSchema.optional(),
  at_limit: z
    .enum(atLimits, { error: `expected one of ${atLimits.join(', ')}` })
    .default('queue')
    .describe(
      "What a start does where the tenant's slots are full, or concurrency.limit is reached: it waits in the queue (a tenant without one refuses it), is refused, or takes the place of this pipeline's oldest run.",
    ),
  concurrency: z
    .strictObject({
      key: parameterNameSchema.describe('A parameter: runs with the same value of it share the limit.'),
      limit: z.int().min(1).max(1_000).describe('How many of them may run at once.'),
    })
    .optional()
    .describe('Bounds the runs that have one value of a parameter, within the tenant.'),
  slots: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe("How much of the tenant's concurrent quota a run takes."),
  queue_ttl_seconds: secondsSchema(604_800)
    .default(86_400)
    .describe('How long a run may wait in the queue, in seconds. Then it ends as FAILED (queue_expired).'),
  parameters: z
    .record(parameterNameSchema, parameterSchema)
    .default({})
    .describe('What a run can be given, by name. In SQL they are @name.'),
  steps: z
    .array(
      z.discriminatedUnion(
        'type',
        [
          queryStepSchema,
          loadStepSchema,
          qualityStepSchema,
          notifyStepSchema,
          exportStepSchema,
          httpStepSchema,
        ],
        {
          error: `expected one of ${stepTypes.join(', ')}`,
        },
      ),
    )
    .min(1, 'expected at least one step')
    .max(100)
    .describe(
      'What the pipeline does. A step starts when all steps that it needs are done; independent steps run at once.',
    ),
});

export type ParameterDefinition = z.infer<typeof parameterSchema>;
export type TableDestination = z.infer<typeof destinationSchema>;
export type PartitionDestination = z.infer<typeof partitionDestinationSchema>;
export type QueryDestination = z.infer<typeof queryDestinationSchema>;
export type WatermarkDefinition = z.infer<typeof watermarkSchema>;
export type StepRetry = z.infer<typeof retrySchema>;
export type Check = z.infer<typeof checkSchema>;
export type QualityStep = z.infer<typeof qualityStepSchema>;
/** Steps as loaded: the contents of files beside the definition are in `sql` and `schema`. */
export type QueryStep = Omit<z.infer<typeof queryStepSchema>, 'sql' | 'sql_file'> & { readonly sql: string };
export type LoadStep = Omit<z.infer<typeof loadStepSchema>, 'schema_file' | 'known_formats_file'> & {
  readonly known_formats?: KnownFormats | undefined;
};
export type NotifyStep = z.infer<typeof notifyStepSchema>;
export type ExportStep = Omit<z.infer<typeof exportStepSchema>, 'sql_file'>;
export type HttpStep = Omit<z.infer<typeof httpStepSchema>, 'schema_file'>;
export type Step = QueryStep | LoadStep | QualityStep | NotifyStep | ExportStep | HttpStep;
/** A step as it is written in YAML. */
export type WrittenStep = z.infer<typeof pipelineSchema>['steps'][number];

export interface PipelineDefinition {
  /** provider/domain/id */
  readonly path: string;
  readonly description: string;
  readonly timeout_seconds: number;
  readonly max_parallel_steps: number;
  /** What it reads besides the tenant's dataset: see pipelines/rules/run-sources. */
  readonly sources: readonly string[];
  /** Other pipelines whose tables it reads, by their paths. */
  readonly needs_pipeline?: readonly string[] | undefined;
  readonly watermark?: WatermarkDefinition | undefined;
  /** What a start does where there is no slot for it: see runs/rules/admission-rules. */
  readonly at_limit: AtLimit;
  /** Bounds the runs that have one value of this parameter. */
  readonly concurrency?: { readonly key: string; readonly limit: number } | undefined;
  /** How much of the concurrent quota a run takes. */
  readonly slots: number;
  readonly queue_ttl_seconds: number;
  readonly parameters: Readonly<Record<string, ParameterDefinition>>;
  readonly steps: readonly Step[];
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
