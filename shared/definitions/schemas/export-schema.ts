import { z } from 'zod';
import { tableNameSchema, textSchema } from './name-schemas';
import {
  bytesBilledLimitSchema,
  sqlCheckSchema,
  sqlFileSchema,
  sqlTextSchema,
  stepBase,
} from './step-schema';

/**
 * Writes a table or query to files in Cloud Storage: https://cloud.google.com/bigquery/docs/exporting-data
 */
export const exportStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('export'),
    table: tableNameSchema.optional().describe('The table of the tenant to export.'),
    sql: sqlTextSchema.optional(),
    sql_file: sqlFileSchema.optional(),
    check: sqlCheckSchema.optional(),
    maximum_bytes_billed: bytesBilledLimitSchema.optional(),
    destination_uri: textSchema.describe(
      'Where the files go, like gs://bucket/{tenant_id}/{run_id}/costs-*.csv. {tenant_id}, {run_id} and DATE parameters are filled in; * becomes the number of each file.',
    ),
    format: z
      .enum(['CSV', 'NEWLINE_DELIMITED_JSON'], { error: 'expected CSV or NEWLINE_DELIMITED_JSON' })
      .describe('The format of the files.'),
    compression: z
      .enum(['NONE', 'GZIP'], { error: 'expected NONE or GZIP' })
      .default('NONE')
      .describe('Whether and how the files are compressed.'),
    csv: z
      .strictObject({
        header: z.boolean().default(true).describe('Whether the first row names the columns.'),
        field_delimiter: z
          .string()
          .length(1, 'expected one character')
          .default(',')
          .describe('What separates values.'),
      })
      .optional()
      .describe('How the CSV is written.'),
  })
  .refine((step) => [step.table, step.sql, step.sql_file].filter((part) => part !== undefined).length === 1, {
    path: ['table'],
    error: 'expected either table, sql or sql_file',
  })
  .refine((step) => step.maximum_bytes_billed === undefined || step.table === undefined, {
    path: ['maximum_bytes_billed'],
    error: 'expected for sql only: the export of a table is not billed',
  })
  .refine((step) => step.csv === undefined || step.format === 'CSV', {
    path: ['csv'],
    error: 'expected for format CSV only',
  });
