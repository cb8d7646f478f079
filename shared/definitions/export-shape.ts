import { z } from 'zod';
import { bytesBilledLimit, fileName, stepBase, tableName, text } from './step-base';

/** Of files that BigQuery writes: https://cloud.google.com/bigquery/docs/exporting-data */
export const exportStepShape = z
  .strictObject({
    ...stepBase,
    type: z.literal('export'),
    table: tableName.optional(),
    /** One SELECT, whose result is exported. */
    sql: text.optional(),
    sql_file: fileName.optional(),
    maximum_bytes_billed: bytesBilledLimit.optional(),
    destination_uri: text,
    format: z.enum(['CSV', 'NEWLINE_DELIMITED_JSON'], { error: 'expected CSV or NEWLINE_DELIMITED_JSON' }),
    compression: z.enum(['NONE', 'GZIP'], { error: 'expected NONE or GZIP' }).default('NONE'),
    csv: z
      .strictObject({
        header: z.boolean().default(true),
        field_delimiter: z.string().length(1, 'expected one character').default(','),
      })
      .optional(),
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
