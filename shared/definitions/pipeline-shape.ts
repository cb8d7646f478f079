import { z } from 'zod';
import { columnName, fieldsShape } from './field-shape';

/**
 * The shape of schemas/pipelines/<provider>/<domain>/<pipeline_id>.yaml. Every object is strict: an unknown field is
 * an error, so that a misspelt one cannot be ignored.
 */

const seconds = (limit: number) => z.int().min(1).max(limit);

/** Ids of steps, checks and path segments: they become parts of job ids, labels and URLs. */
export const identifier = z.string().regex(/^[a-z0-9_]{1,64}$/, 'expected 1 to 64 of a-z, 0-9 and _');

const tableName = z.string().regex(/^[A-Za-z0-9_]{1,1024}$/, 'expected a table name: letters, digits and _');
const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'expected the name of a file beside the definition');
const text = z.string().trim().min(1, 'expected some text');

export const parameterTypes = ['STRING', 'INT64', 'FLOAT64', 'BOOL', 'DATE', 'TIMESTAMP', 'NUMERIC'] as const;

/** No leading underscore: those names are left to the parameters that the engine adds to a quality step's SQL. */
const parameterName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a parameter name: a-z, 0-9 and _, starting with a letter');

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

const retryShape = z
  .strictObject({
    max_attempts: z.int().min(1).max(10).default(3),
    initial_backoff_seconds: z.number().min(0).max(600).default(1),
    max_backoff_seconds: z.number().min(0).max(600).default(30),
  })
  .prefault({});

const stepBase = {
  id: identifier,
  needs: z.array(identifier).default([]),
  /** Without it the pipeline's own timeout applies. */
  timeout_seconds: seconds(86_400).optional(),
  retry: retryShape,
};

const writeDispositions = ['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY'] as const;

const destinationShape = z.strictObject({
  table: tableName,
  write_disposition: z.enum(writeDispositions, { error: `expected one of ${writeDispositions.join(', ')}` }),
  time_partitioning: z
    .strictObject({ type: z.enum(['HOUR', 'DAY', 'MONTH', 'YEAR']).default('DAY'), field: columnName })
    .optional(),
  clustering: z.array(columnName).min(1).max(4).optional(),
});

const queryStepShape = z
  .strictObject({
    ...stepBase,
    type: z.literal('query'),
    sql: text.optional(),
    sql_file: fileName.optional(),
    destination: destinationShape.optional(),
    /** BigQuery refuses less than 10 MiB, the least that it bills. */
    maximum_bytes_billed: z.int().min(10_485_760).optional(),
  })
  .refine((step) => (step.sql === undefined) !== (step.sql_file === undefined), {
    path: ['sql'],
    error: 'expected either sql or sql_file',
  });

const sourceUri = z.string().regex(/^gs:\/\/[^/]+\/.+$/, 'expected a URI like gs://bucket/path');

const csvShape = z.strictObject({
  skip_leading_rows: z.int().min(0).optional(),
  field_delimiter: z.string().min(1).max(2).optional(),
  quote: z.string().max(1).optional(),
  null_marker: z.string().optional(),
  allow_quoted_newlines: z.boolean().optional(),
  allow_jagged_rows: z.boolean().optional(),
  encoding: z.enum(['UTF-8', 'ISO-8859-1']).optional(),
});

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
});

export const stepTypes = ['query', 'load', 'quality'] as const;

export const pipelineShape = z.strictObject({
  description: text,
  timeout_seconds: seconds(86_400).default(600),
  parameters: z.record(parameterName, parameterShape).default({}),
  steps: z
    .array(
      z.discriminatedUnion('type', [queryStepShape, loadStepShape, qualityStepShape], {
        error: `expected one of ${stepTypes.join(', ')}`,
      }),
    )
    .min(1, 'expected at least one step')
    .max(100),
});

type Shape = z.infer<typeof pipelineShape>;
type StepShape = Shape['steps'][number];

export type ParameterDefinition = z.infer<typeof parameterShape>;
export type Destination = z.infer<typeof destinationShape>;
export type RetryPolicy = z.infer<typeof retryShape>;
export type Check = z.infer<typeof checkShape>;
export type QualityStep = z.infer<typeof qualityStepShape>;
/** Steps as loaded: what stood in files beside the definition is in `sql` and `schema`. */
export type QueryStep = Omit<z.infer<typeof queryStepShape>, 'sql' | 'sql_file'> & { readonly sql: string };
export type LoadStep = Omit<z.infer<typeof loadStepShape>, 'schema_file'>;
export type Step = QueryStep | LoadStep | QualityStep;
export type WrittenStep = StepShape;

export interface PipelineDefinition {
  /** provider/domain/id */
  readonly path: string;
  readonly description: string;
  readonly timeout_seconds: number;
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
