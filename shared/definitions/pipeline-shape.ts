import { z } from 'zod';
import { isDefinitionSource } from '../domain/sources';
import { exportStepShape } from './export-shape';
import { columnName, fieldsShape } from './field-shape';
import { notifyStepShape } from './notify-shape';
import {
  bytesBilledLimit,
  csvShape,
  destinationShape,
  fileName,
  identifier,
  parameterName,
  queryDestinationShape,
  type retryShape,
  seconds,
  stepBase,
  tableName,
  text,
} from './step-base';

/**
 * The shape of schemas/pipelines/<provider>/<domain>/<pipeline_id>.yaml. Every object is strict: an unknown field is
 * an error, so that a misspelt one cannot be ignored.
 */

export const parameterTypes = ['STRING', 'INT64', 'FLOAT64', 'BOOL', 'DATE', 'TIMESTAMP', 'NUMERIC'] as const;

const parameterShape = z
  .strictObject({
    type: z.enum(parameterTypes, { error: `expected one of ${parameterTypes.join(', ')}` }),
    description: text,
    required: z.boolean().optional(),
    default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
    /** Of a STRING: a regular expression that the whole value must match. */
    pattern: z.string().min(1).refine(isRegularExpression, 'expected a regular expression').optional(),
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

const queryStepShape = z
  .strictObject({
    ...stepBase,
    type: z.literal('query'),
    sql: text.optional(),
    sql_file: fileName.optional(),
    destination: queryDestinationShape.optional(),
    maximum_bytes_billed: bytesBilledLimit.optional(),
  })
  .refine((step) => (step.sql === undefined) !== (step.sql_file === undefined), {
    path: ['sql'],
    error: 'expected either sql or sql_file',
  });

const sourceUri = z.string().regex(/^gs:\/\/[^/]+\/.+$/, 'expected a URI like gs://bucket/path');

const loadStepShape = z
  .strictObject({
    ...stepBase,
    type: z.literal('load'),
    source_uris: z.array(sourceUri).min(1).optional(),
    /** Name of the STRING parameter whose value is the whole URI. */
    source_uri_parameter: parameterName.optional(),
    format: z.enum(['CSV', 'NEWLINE_DELIMITED_JSON', 'PARQUET'], {
      error: 'expected CSV, NEWLINE_DELIMITED_JSON or PARQUET',
    }),
    schema: fieldsShape.optional(),
    schema_file: fileName.optional(),
    csv: csvShape.optional(),
    /** Rows that may be bad without failing the load. */
    max_bad_records: z.int().min(0).optional(),
    ignore_unknown_values: z.boolean().optional(),
    destination: destinationShape,
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

const checkBase = { name: identifier, severity: z.enum(['error', 'warn']).default('error') };
const columns = z.array(columnName).min(1).max(50);
const checkTypes = ['not_null', 'unique', 'accepted_values', 'row_count', 'freshness', 'sql'] as const;

const checkShape = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ ...checkBase, type: z.literal('not_null'), columns }),
    z.strictObject({ ...checkBase, type: z.literal('unique'), columns }),
    z.strictObject({
      ...checkBase,
      type: z.literal('accepted_values'),
      column: columnName,
      values: z.array(z.string()).min(1).max(1000),
    }),
    z
      .strictObject({
        ...checkBase,
        type: z.literal('row_count'),
        min: z.int().min(0).optional(),
        max: z.int().min(0).optional(),
      })
      .refine((check) => check.min !== undefined || check.max !== undefined, {
        path: ['min'],
        error: 'expected min, max or both',
      }),
    z.strictObject({
      ...checkBase,
      type: z.literal('freshness'),
      column: columnName,
      max_age_hours: z.number().positive(),
    }),
    /** A query that must return no rows. */
    z.strictObject({ ...checkBase, type: z.literal('sql'), sql: text }),
  ],
  { error: `expected one of ${checkTypes.join(', ')}` },
);

const qualityStepShape = z.strictObject({
  ...stepBase,
  type: z.literal('quality'),
  table: tableName,
  checks: z.array(checkShape).min(1).max(100),
  maximum_bytes_billed: bytesBilledLimit.optional(),
});

export const stepTypes = ['query', 'load', 'quality', 'notify', 'export'] as const;

export const pipelineShape = z.strictObject({
  description: text,
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
  sources: z.array(definitionSource).max(100).default([]),
  parameters: z.record(parameterName, parameterShape).default({}),
  steps: z
    .array(
      z.discriminatedUnion(
        'type',
        [queryStepShape, loadStepShape, qualityStepShape, notifyStepShape, exportStepShape],
        {
          error: `expected one of ${stepTypes.join(', ')}`,
        },
      ),
    )
    .min(1, 'expected at least one step')
    .max(100),
});

type Shape = z.infer<typeof pipelineShape>;
type StepShape = Shape['steps'][number];

export type ParameterDefinition = z.infer<typeof parameterShape>;
export type Destination = z.infer<typeof destinationShape>;
export type QueryDestination = z.infer<typeof queryDestinationShape>;
export type RetryPolicy = z.infer<typeof retryShape>;
export type Check = z.infer<typeof checkShape>;
export type QualityStep = z.infer<typeof qualityStepShape>;
/** Steps as loaded: what stood in files beside the definition is in `sql` and `schema`. */
export type QueryStep = Omit<z.infer<typeof queryStepShape>, 'sql' | 'sql_file'> & { readonly sql: string };
export type LoadStep = Omit<z.infer<typeof loadStepShape>, 'schema_file'>;
export type NotifyStep = z.infer<typeof notifyStepShape>;
export type ExportStep = Omit<z.infer<typeof exportStepShape>, 'sql_file'>;
export type Step = QueryStep | LoadStep | QualityStep | NotifyStep | ExportStep;
export type WrittenStep = StepShape;

export interface PipelineDefinition {
  /** provider/domain/id */
  readonly path: string;
  readonly description: string;
  readonly timeout_seconds: number;
  readonly max_parallel_steps: number;
  /** What it reads besides the tenant's dataset: see domain/sources. */
  readonly sources: readonly string[];
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
