import { z } from 'zod';
import { bytesBilledLimit, sqlFile, sqlText, stepBase, tableName, text } from '../step-base';

/** Of files that BigQuery writes: https://cloud.google.com/bigquery/docs/exporting-data */
export const exportStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('export'),
    table: tableName.optional().describe('The table of the tenant that is exported.'),
    sql: sqlText.optional(),
    sql_file: sqlFile.optional(),
    maximum_bytes_billed: bytesBilledLimit.optional(),
    destination_uri: text.describe(
      'Where the files go, like gs://bucket/{tenant_id}/{run_id}/costs-*.csv: {tenant_id}, {run_id} and DATE parameters are filled in; * stands for the numbers of files.',
    ),
    format: z
      .enum(['CSV', 'NEWLINE_DELIMITED_JSON'], { error: 'expected CSV or NEWLINE_DELIMITED_JSON' })
      .describe('How the files are written.'),
    compression: z
      .enum(['NONE', 'GZIP'], { error: 'expected NONE or GZIP' })
      .default('NONE')
      .describe('Whether the files are packed.'),
    csv: z
      .strictObject({
        header: z.boolean().default(true).describe('Whether the first row has the names of the columns.'),
        field_delimiter: z
          .string()
          .length(1, 'expected one character')
          .default(',')
          .describe('What stands between values.'),
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
