import { z } from 'zod';
import { isDefinitionSource } from '../../pipelines/rules/allowed-sources';
import {
  bytesBilledLimit,
  csvSchema,
  type destinationSchema,
  fileName,
  parameterName,
  partitionDestinationSchema,
  queryDestinationSchema,
  type retrySchema,
  seconds,
  sqlFile,
  sqlText,
  stepBase,
  text,
} from '../step-base';
import { exportStepSchema } from './export-schema';
import { fieldsSchema } from './field-schema';
import { httpStepSchema } from './http-schema';
import { notifyStepSchema } from './notify-schema';
import { type checkSchema, qualityStepSchema } from './quality-schema';
import { watermarkSchema } from './watermark-schema';

/**
 * The shape of schemas/pipelines/<provider>/<domain>/<pipeline_id>.yaml. Every object is strict: an unknown field is
 * an error, so that a misspelt one cannot be ignored.
 */

export const parameterTypes = ['STRING', 'INT64', 'FLOAT64', 'BOOL', 'DATE', 'TIMESTAMP', 'NUMERIC'] as const;

const parameterSchema = z
  .strictObject({
    type: z
      .enum(parameterTypes, { error: `expected one of ${parameterTypes.join(', ')}` })
      .describe('Its type in SQL, where it is @name.'),
    description: text.describe('For those who start the pipeline.'),
    required: z
      .boolean()
      .optional()
      .describe('Whether a run must give it. Otherwise the default counts, or NULL.'),
    default: z
      .union([z.string(), z.number(), z.boolean(), z.null()])
      .optional()
      .describe('What counts where a run does not give it.'),
    pattern: z
      .string()
      .min(1)
      .refine(isRegularExpression, 'expected a regular expression')
      .optional()
      .describe('Of a STRING: a regular expression that the whole value must match.'),
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

const queryStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('query'),
    sql: sqlText.optional(),
    sql_file: sqlFile.optional(),
    destination: queryDestinationSchema
      .optional()
      .describe('The table that the rows go to. Without it they go nowhere.'),
    maximum_bytes_billed: bytesBilledLimit.optional(),
  })
  .refine((step) => (step.sql === undefined) !== (step.sql_file === undefined), {
    path: ['sql'],
    error: 'expected either sql or sql_file',
  });

const sourceUri = z.string().regex(/^gs:\/\/[^/]+\/.+$/, 'expected a URI like gs://bucket/path');

const loadStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('load'),
    source_uris: z
      .array(sourceUri)
      .min(1)
      .optional()
      .describe(
        "Files, below the definition's sources. {tenant_id} stands for the tenant's id, * in the name for any text.",
      ),
    source_uri_parameter: parameterName
      .optional()
      .describe('Instead of source_uris: the STRING parameter whose value is the whole URI.'),
    format: z
      .enum(['CSV', 'NEWLINE_DELIMITED_JSON', 'PARQUET'], {
        error: 'expected CSV, NEWLINE_DELIMITED_JSON or PARQUET',
      })
      .describe('How the files are written.'),
    schema: fieldsSchema.optional().describe("The columns, in the words of BigQuery's table schema."),
    schema_file: fileName.optional().describe('Instead of schema: a JSON file beside the definition.'),
    csv: csvSchema.optional().describe('How the CSV is written.'),
    max_bad_records: z
      .int()
      .min(0)
      .optional()
      .describe('Rows that may be bad without failing the load: they are left out. 0 unless given.'),
    ignore_unknown_values: z
      .boolean()
      .optional()
      .describe('Whether values of no column are left out instead of making a row bad.'),
    destination: partitionDestinationSchema.describe('The table that the rows go to.'),
  })
  .refine((step) => (step.source_uris === undefined) !== (step.source_uri_parameter === undefined), {
    path: ['source_uris'],
    error: 'expected either source_uris or source_uri_parameter',
  })
  .refine((step) => step.schema === undefined || step.schema_file === undefined, {
    path: ['schema'],
    error: 'expected either schema or schema_file',
  })
  .refine((step) => step.format === 'PARQUET' || (step.schema ?? step.schema_file) !== undefined, {
    path: ['schema'],
    error: 'expected schema or schema_file (only PARQUET files carry their own)',
  })
  .refine((step) => step.csv === undefined || step.format === 'CSV', {
    path: ['csv'],
    error: 'expected for format CSV only',
  });

export const stepTypes = ['query', 'load', 'quality', 'notify', 'export', 'http'] as const;

export const pipelineSchema = z.strictObject({
  description: text.describe('What the pipeline does: shown in the catalogue.'),
  timeout_seconds: seconds(86_400)
    .default(600)
    .describe(
      'No step starts later than this after the first one, and what is running then is cancelled. In seconds.',
    ),
  max_parallel_steps: z
    .int()
    .min(1)
    .max(20)
    .default(4)
    .describe(
      'Steps that run at once, at most: their jobs share the slots that the project has in BigQuery.',
    ),
  sources: z
    .array(definitionSource)
    .max(100)
    .default([])
    .describe(
      "What it reads besides its tenant's dataset: datasets (dataset or project.dataset) and files (gs://bucket/prefix/, with {tenant_id} for the tenant's id; gs://* for all that the deployment allows, of a URI that a caller gives in folders of the tenant's own).",
    ),
  watermark: watermarkSchema.optional(),
  parameters: z
    .record(parameterName, parameterSchema)
    .default({})
    .describe('What a run can be given, by name. SQL reads them as @name.'),
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
      'What is done. A step starts when all steps that it needs are done; independent ones run at once.',
    ),
});

export type ParameterDefinition = z.infer<typeof parameterSchema>;
export type Destination = z.infer<typeof destinationSchema>;
export type PartitionDestination = z.infer<typeof partitionDestinationSchema>;
export type QueryDestination = z.infer<typeof queryDestinationSchema>;
export type WatermarkDefinition = z.infer<typeof watermarkSchema>;
export type RetryPolicy = z.infer<typeof retrySchema>;
export type Check = z.infer<typeof checkSchema>;
export type QualityStep = z.infer<typeof qualityStepSchema>;
/** Steps as loaded: what stood in files beside the definition is in `sql` and `schema`. */
export type QueryStep = Omit<z.infer<typeof queryStepSchema>, 'sql' | 'sql_file'> & { readonly sql: string };
export type LoadStep = Omit<z.infer<typeof loadStepSchema>, 'schema_file'>;
export type NotifyStep = z.infer<typeof notifyStepSchema>;
export type ExportStep = Omit<z.infer<typeof exportStepSchema>, 'sql_file'>;
export type HttpStep = Omit<z.infer<typeof httpStepSchema>, 'schema_file'>;
export type Step = QueryStep | LoadStep | QualityStep | NotifyStep | ExportStep | HttpStep;
/** Steps as they are written. */
export type WrittenStep = z.infer<typeof pipelineSchema>['steps'][number];

export interface PipelineDefinition {
  /** provider/domain/id */
  readonly path: string;
  readonly description: string;
  readonly timeout_seconds: number;
  readonly max_parallel_steps: number;
  /** What it reads besides the tenant's dataset: see domain/sources. */
  readonly sources: readonly string[];
  readonly watermark?: WatermarkDefinition | undefined;
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
