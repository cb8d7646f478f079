import { z } from 'zod';
import { partitionDestinationSchema } from './destination-schema';
import { fieldsSchema } from './field-schema';
import {
  bucketFileOptions,
  findTextOptionProblems,
  type TextFileStep,
  textOptions,
} from './file-options-schema';
import { fileNameSchema, parameterNameSchema } from './name-schemas';
import { csvSchema, stepBase } from './step-schema';

const sourceUri = z.string().regex(/^gs:\/\/[^/]+\/.+$/, 'expected a URI like gs://bucket/path');

/** Loads files from Cloud Storage into a table of the tenant. */
export const loadStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('load'),
    source_uris: z
      .array(sourceUri)
      .min(1)
      .optional()
      .describe(
        "Files within the definition's sources. {tenant_id} stands for the tenant's id, * in the name for any text.",
      ),
    source_uri_parameter: parameterNameSchema
      .optional()
      .describe('Instead of source_uris: the STRING parameter whose value is the whole URI.'),
    format: z
      .enum(['CSV', 'NEWLINE_DELIMITED_JSON', 'PARQUET'], {
        error: 'expected CSV, NEWLINE_DELIMITED_JSON or PARQUET',
      })
      .describe('The format of the files.'),
    schema: fieldsSchema.optional().describe("The columns, as in BigQuery's table schema."),
    schema_file: fileNameSchema.optional().describe('Instead of schema: a JSON file beside the definition.'),
    known_formats_file: fileNameSchema
      .optional()
      .describe(
        'A JSON file beside the definition: formats by their columns. What the file looks like is told in the run, and where it does not fit.',
      ),
    sample_file: fileNameSchema
      .optional()
      .describe(
        'For PARQUET without a schema: a file like those that are loaded, beside the definition. npm run check takes the columns from it; runs do not read it.',
      ),
    csv: csvSchema.optional().describe('How the CSV is written.'),
    ...textOptions,
    ...bucketFileOptions,
    max_bad_records: z
      .int()
      .min(0)
      .optional()
      .describe('How many bad rows are left out before the load fails. Default: 0.'),
    ignore_unknown_values: z
      .boolean()
      .optional()
      .describe('Whether values without a column are left out. Otherwise they make a row bad.'),
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
  })
  .superRefine((step, context) => {
    for (const [field, message] of findOptionProblems(step)) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

/** The options of text files, and those of Parquet. */
const textFields = [
  'time_zone',
  'date_format',
  'datetime_format',
  'time_format',
  'timestamp_format',
] as const;
const parquetFields = ['decimal_target_types', 'parquet'] as const;

interface LoadOptions extends TextFileStep {
  readonly max_bad_records?: number | undefined;
  readonly sample_file?: string | undefined;
  readonly schema?: unknown;
  readonly schema_file?: string | undefined;
  readonly schema_update_options?: readonly string[] | undefined;
  readonly destination: { readonly write_disposition: string; readonly partition?: string | undefined };
}

function findOptionProblems(step: LoadOptions): readonly (readonly [string, string])[] {
  const isParquet = step.format === 'PARQUET';
  const misplaced = isParquet ? textFields : parquetFields;
  const where = isParquet ? 'expected for CSV and NEWLINE_DELIMITED_JSON only' : 'expected for PARQUET only';
  const { write_disposition: disposition, partition } = step.destination;
  const mayUpdate =
    disposition === 'WRITE_APPEND' || (disposition === 'WRITE_TRUNCATE' && partition !== undefined);
  return [
    ...findTextOptionProblems(step),
    ...(step.sample_file !== undefined && (!isParquet || (step.schema ?? step.schema_file) !== undefined)
      ? [['sample_file', 'expected for PARQUET without a schema only'] as const]
      : []),
    ...misplaced.filter((field) => Object.hasOwn(step, field)).map((field) => [field, where] as const),
    ...(isParquet && (step.max_bad_records ?? 0) > 0 ? [['max_bad_records', where] as const] : []),
    ...(step.schema_update_options === undefined || mayUpdate
      ? []
      : [
          [
            'schema_update_options',
            'expected with write_disposition WRITE_APPEND, or WRITE_TRUNCATE of a partition',
          ] as const,
        ]),
  ];
}
