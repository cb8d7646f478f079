import { z } from 'zod';
import type { QueryParameterType, QueryParameterValue } from '../query-parameters';
import { restSchema, tableOptionsSchema } from '../store/schema/rest-schema';

const schemaUpdateOptions = z.array(z.enum(['ALLOW_FIELD_ADDITION', 'ALLOW_FIELD_RELAXATION'])).optional();

const digits = z.union([z.string(), z.number()]).transform(String);
const count = z.coerce.number().int().nonnegative();
const writeDisposition = z.enum(['WRITE_EMPTY', 'WRITE_APPEND', 'WRITE_TRUNCATE']);
const createDisposition = z.enum(['CREATE_IF_NEEDED', 'CREATE_NEVER']);

const datasetReference = z.object({ projectId: z.string().optional(), datasetId: z.string() });
const tableReference = z.object({
  projectId: z.string().optional(),
  datasetId: z.string(),
  tableId: z.string(),
});

/** What a job may say about the table it writes to. */
const tableShape = tableOptionsSchema.pick({
  timePartitioning: true,
  rangePartitioning: true,
  clustering: true,
}).shape;

const parameterType: z.ZodType<QueryParameterType> = z.lazy(() =>
  z.object({
    type: z.string(),
    arrayType: parameterType.optional(),
    structTypes: z.array(z.object({ name: z.string().optional(), type: parameterType })).optional(),
    rangeElementType: z.object({ type: z.string() }).optional(),
  }),
);

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish();
const parameterValue: z.ZodType<QueryParameterValue> = z.lazy(() =>
  z.object({
    value: scalar,
    arrayValues: z.array(parameterValue.nullable().transform((value) => value ?? {})).optional(),
    structValues: z
      .record(
        z.string(),
        parameterValue.nullable().transform((value) => value ?? {}),
      )
      .optional(),
    rangeValue: z.object({ start: parameterValue.optional(), end: parameterValue.optional() }).optional(),
  }),
);

const queryParameters = z.array(
  z.object({
    name: z.string().optional(),
    parameterType,
    parameterValue: parameterValue.nullish().transform((value) => value ?? {}),
  }),
);

/** What jobs.query and a query job have in common. */
const querySchema = z.object({
  query: z.string(),
  useLegacySql: z.boolean().nullish(),
  defaultDataset: datasetReference.nullish(),
  parameterMode: z.string().nullish(),
  queryParameters: queryParameters.nullish(),
  maximumBytesBilled: digits.nullish(),
  createSession: z.boolean().nullish(),
});

const labels = z.record(z.string(), z.string()).nullish();

/** `configuration.query` of jobs.insert. */
const queryConfigurationSchema = z.object({
  ...querySchema.shape,
  destinationTable: tableReference.optional(),
  writeDisposition: writeDisposition.optional(),
  createDisposition: createDisposition.optional(),
  schemaUpdateOptions,
  priority: z.string().optional(),
  ...tableShape,
});

/** `configuration.load` of jobs.insert. */
const loadConfigurationSchema = z.object({
  /** None where the data comes with the request. */
  sourceUris: z.array(z.string()).default([]),
  destinationTable: tableReference,
  schema: restSchema.optional(),
  autodetect: z.boolean().nullish(),
  sourceFormat: z.string().default('CSV'),
  skipLeadingRows: count.optional(),
  fieldDelimiter: z.string().optional(),
  quote: z.string().optional(),
  nullMarker: z.string().optional(),
  nullMarkers: z.array(z.string()).optional(),
  sourceColumnMatch: z.enum(['SOURCE_COLUMN_MATCH_UNSPECIFIED', 'POSITION', 'NAME']).optional(),
  timeZone: z.string().optional(),
  dateFormat: z.string().optional(),
  datetimeFormat: z.string().optional(),
  timeFormat: z.string().optional(),
  timestampFormat: z.string().optional(),
  schemaUpdateOptions,
  allowQuotedNewlines: z.boolean().optional(),
  allowJaggedRows: z.boolean().optional(),
  ignoreUnknownValues: z.boolean().optional(),
  maxBadRecords: count.optional(),
  encoding: z.string().optional(),
  decimalTargetTypes: z.array(z.enum(['NUMERIC', 'BIGNUMERIC', 'STRING'])).optional(),
  parquetOptions: z
    .object({
      enumAsString: z.boolean().optional(),
      enableListInference: z.boolean().optional(),
      mapTargetType: z.enum(['MAP_TARGET_TYPE_UNSPECIFIED', 'ARRAY_OF_STRUCT']).optional(),
    })
    .optional(),
  writeDisposition: writeDisposition.optional(),
  createDisposition: createDisposition.optional(),
  ...tableShape,
});

/** `configuration.extract` of jobs.insert. */
const extractConfigurationSchema = z.object({
  sourceTable: tableReference,
  destinationUri: z.string().optional(),
  destinationUris: z.array(z.string()).optional(),
  destinationFormat: z.string().optional(),
  compression: z.string().optional(),
  fieldDelimiter: z.string().optional(),
  printHeader: z.boolean().optional(),
});

/** `configuration.copy` of jobs.insert. */
const copyConfigurationSchema = z.object({
  sourceTable: tableReference.optional(),
  sourceTables: z.array(tableReference).optional(),
  destinationTable: tableReference,
  writeDisposition: writeDisposition.optional(),
  createDisposition: createDisposition.optional(),
  operationType: z.string().optional(),
});

export type CopyConfiguration = z.infer<typeof copyConfigurationSchema>;
export type ExtractConfiguration = z.infer<typeof extractConfigurationSchema>;
export type QueryConfiguration = z.infer<typeof queryConfigurationSchema>;
export type LoadConfiguration = z.infer<typeof loadConfigurationSchema>;

/** A job's `configuration`. */
export const jobConfigurationSchema = z.object({
  query: queryConfigurationSchema.optional(),
  load: loadConfigurationSchema.optional(),
  copy: copyConfigurationSchema.optional(),
  extract: extractConfigurationSchema.optional(),
  dryRun: z.boolean().optional(),
  jobTimeoutMs: digits.nullish(),
  labels: labels.transform((value) => value ?? undefined).optional(),
});

export type JobConfiguration = z.infer<typeof jobConfigurationSchema>;

/** The body of jobs.insert. */
export const jobInsertSchema = z.object({
  jobReference: z
    .object({
      projectId: z.string().optional(),
      jobId: z.string().optional(),
      location: z.string().nullish(),
    })
    .optional(),
  configuration: jobConfigurationSchema,
});

/** The body of jobs.query. */
export const queryRequestSchema = z.object({
  ...querySchema.shape,
  maxResults: count.nullish(),
  timeoutMs: count.nullish(),
  jobTimeoutMs: digits.nullish(),
  location: z.string().nullish(),
  dryRun: z.boolean().nullish(),
  requestId: z.string().nullish(),
  labels,
  jobCreationMode: z
    .enum(['JOB_CREATION_MODE_UNSPECIFIED', 'JOB_CREATION_REQUIRED', 'JOB_CREATION_OPTIONAL'])
    .nullish(),
  formatOptions: z
    .object({ useInt64Timestamp: z.boolean().nullish(), timestampOutputFormat: z.string().nullish() })
    .nullish(),
});

export type QueryRequest = z.infer<typeof queryRequestSchema>;
