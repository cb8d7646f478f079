import { z } from 'zod';

/**
 * How BigQuery reads files, by the names of its load jobs:
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationload
 */

const format = (type: string, example: string) =>
  z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      `For CSV and JSON: how ${type} values are written, by GoogleSQL's format elements, like ${example}. Texts between them stand in double quotes.`,
    );

/** How columns of CSV meet those of the schema. */
export const columnMatch = (byDefault: string) =>
  z
    .enum(['NAME', 'POSITION'], { error: 'expected NAME or POSITION' })
    .optional()
    .describe(
      `For CSV: whether columns are found by the names in the header (the last row that is skipped) or by the order of the schema. Default: ${byDefault}.`,
    );

/** What is said about text files, of a bucket or of an API. */
export const textOptions = {
  allow_missing_columns: z
    .boolean()
    .optional()
    .describe(
      'For CSV by NAME: whether columns of the schema may be missing in the file. They become NULL; REQUIRED ones never may. Otherwise the step fails.',
    ),
  time_zone: z
    .string()
    .refine(isTimeZone, 'expected a time zone, like Europe/Berlin')
    .optional()
    .describe('For CSV and JSON: the zone of TIMESTAMP values that name none. Default: UTC.'),
  date_format: format('DATE', 'DD.MM.YYYY'),
  datetime_format: format('DATETIME', 'DD.MM.YYYY HH24:MI:SS'),
  time_format: format('TIME', 'HH24:MI'),
  timestamp_format: format('TIMESTAMP', 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'),
};

const once = <T>(items: readonly T[]): boolean => new Set(items).size === items.length;

/** What is said about files of a bucket alone. */
export const bucketFileOptions = {
  source_column_match: columnMatch('NAME where a row is skipped, else POSITION'),
  decimal_target_types: z
    .array(z.enum(['NUMERIC', 'BIGNUMERIC', 'STRING'], { error: 'expected NUMERIC, BIGNUMERIC or STRING' }))
    .min(1)
    .refine(once, 'expected each type once')
    .optional()
    .describe(
      'For PARQUET without a schema: the types that decimals may become. The first of NUMERIC, BIGNUMERIC and STRING that holds all digits is taken. Default: NUMERIC alone.',
    ),
  parquet: z
    .strictObject({
      enum_as_string: z
        .boolean()
        .optional()
        .describe('Whether enums become STRING, not BYTES. Default: true.'),
      list_inference: z
        .boolean()
        .optional()
        .describe('Whether lists become arrays, not the records in which Parquet keeps them. Default: true.'),
    })
    .optional()
    .describe('For PARQUET: how its own types are read.'),
  schema_update_options: z
    .array(
      z.enum(['ALLOW_FIELD_ADDITION', 'ALLOW_FIELD_RELAXATION'], {
        error: 'expected ALLOW_FIELD_ADDITION or ALLOW_FIELD_RELAXATION',
      }),
    )
    .min(1)
    .refine(once, 'expected each option once')
    .optional()
    .describe(
      'How the rows may change the table that they are added to: ALLOW_FIELD_ADDITION adds columns, ALLOW_FIELD_RELAXATION makes REQUIRED ones NULLABLE. With WRITE_APPEND, or WRITE_TRUNCATE of a partition.',
    ),
};

export interface TextFileStep {
  readonly format: string;
  readonly csv?: { readonly skip_leading_rows?: number | undefined } | undefined;
  readonly source_column_match?: 'NAME' | 'POSITION' | undefined;
  readonly allow_missing_columns?: boolean | undefined;
}

/** How a CSV file's columns meet those of the schema; undefined for other formats. */
export function columnMatchOf(
  { format: fileFormat, csv, source_column_match: given }: TextFileStep,
  underHeader: 'NAME' | 'POSITION' = 'NAME',
): 'NAME' | 'POSITION' | undefined {
  if (fileFormat !== 'CSV') return undefined;
  return given ?? ((csv?.skip_leading_rows ?? 0) > 0 ? underHeader : 'POSITION');
}

/** What is wrong with the text options of a step: the field, and what is expected. */
export function findTextOptionProblems(
  step: TextFileStep,
  underHeader: 'NAME' | 'POSITION' = 'NAME',
): readonly (readonly [field: string, error: string])[] {
  const match = columnMatchOf(step, underHeader);
  const problems: [string, string][] = [];
  const { source_column_match, allow_missing_columns, csv } = step;
  if (source_column_match !== undefined && match === undefined) {
    problems.push(['source_column_match', 'expected for format CSV only']);
  }
  if (match === 'NAME' && (csv?.skip_leading_rows ?? 0) === 0) {
    problems.push([
      'source_column_match',
      'expected with csv.skip_leading_rows of at least 1: the last row that is skipped has the names',
    ]);
  }
  if (allow_missing_columns !== undefined && match !== 'NAME') {
    problems.push(['allow_missing_columns', 'expected for CSV whose columns are found by NAME only']);
  }
  return problems;
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat;
  } catch {
    return /^(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?$/.test(zone);
  }
}
