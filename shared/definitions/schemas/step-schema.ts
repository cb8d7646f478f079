import { z } from 'zod';
import { retriedByDefault, retryableCodes } from '../../google/bigquery/failures';
import { fileNameSchema, identifierSchema, textSchema } from './name-schemas';

/** Whole seconds, from 1 to the limit. */
export const secondsSchema = (limit: number) => z.int().min(1).max(limit);

export const retrySchema = z
  .strictObject({
    max_attempts: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('How often the step is attempted within one delivery of the run, the first time included.'),
    initial_backoff_seconds: z
      .number()
      .min(0)
      .max(600)
      .default(1)
      .describe('The longest pause before the second attempt. It doubles with each further attempt.'),
    max_backoff_seconds: z
      .number()
      .min(0)
      .max(600)
      .default(30)
      .describe('The longest pause before any attempt.'),
    retry_on: z
      .array(z.enum(retryableCodes, { error: `expected some of ${retryableCodes.join(', ')}` }))
      .default([...retriedByDefault])
      .describe(
        'Errors after which the step is attempted again. After max_attempts, unavailable and conflict leave the run to its next delivery; all others end it.',
      ),
  })
  .prefault({});

/** The fields that all types of steps have. */
export const stepBase = {
  id: identifierSchema.describe("The step's name, unique in the pipeline."),
  needs: z.array(identifierSchema).default([]).describe('Ids of the steps that must be done first.'),
  timeout_seconds: secondsSchema(86_400)
    .optional()
    .describe("After this time the step has failed. Without it the pipeline's own timeout applies."),
  retry: retrySchema.describe('When and how often the step is attempted again.'),
};

export const sqlCheckSchema = z
  .literal('syntax_only', { error: 'expected syntax_only' })
  .describe(
    'Lets SQL deploy that BigQuery knows and the local engine does not: npm run check then only warns of it.',
  );
export const sqlTextSchema = textSchema.describe(
  'GoogleSQL, one SELECT. Names without a dataset are tables of the tenant.',
);
export const sqlFileSchema = fileNameSchema.describe('Instead of sql: a .sql file beside the definition.');

/** BigQuery refuses less than 10 MiB, the least that it bills. */
export const bytesBilledLimitSchema = z
  .int()
  .min(10_485_760)
  .describe(
    "Bytes that BigQuery may bill for the query, at least 10485760. If the limit of the tenant's tier is smaller, that applies.",
  );

const encodings = ['UTF-8', 'ISO-8859-1', 'UTF-16BE', 'UTF-16LE', 'UTF-32BE', 'UTF-32LE'] as const;

/**
 * How BigQuery reads CSV: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#csv-options
 */
export const csvSchema = z
  .strictObject({
    skip_leading_rows: z
      .int()
      .min(0)
      .optional()
      .describe('Rows at the top that are not data: 1 if there is a header.'),
    field_delimiter: z
      .string()
      .min(1)
      .max(2)
      .optional()
      .describe('What separates values. Default: a comma; \\t or tab for tabs.'),
    quote: z.string().max(1).optional().describe('What values are quoted with. Default: ".'),
    null_marker: z
      .string()
      .optional()
      .describe('The unquoted value that means NULL. Default: an empty value.'),
    null_markers: z
      .array(z.string())
      .min(1)
      .optional()
      .describe(
        "Instead of null_marker: several unquoted values that mean NULL, like ['', 'NULL']. Each is listed, the empty one, too.",
      ),
    allow_quoted_newlines: z.boolean().optional().describe('Whether quoted values may contain line breaks.'),
    allow_jagged_rows: z
      .boolean()
      .optional()
      .describe('Whether values may be missing at the end of a row: they become NULL.'),
    encoding: z
      .enum(encodings, { error: `expected one of ${encodings.join(', ')}` })
      .optional()
      .describe('Default: UTF-8.'),
  })
  .refine((csv) => csv.null_marker === undefined || csv.null_markers === undefined, {
    path: ['null_markers'],
    error: 'expected either null_marker or null_markers',
  });
