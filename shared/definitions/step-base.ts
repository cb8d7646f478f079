import { z } from 'zod';
import { retriedByDefault, retryableCodes } from '../google/bigquery/failures';
import { columnName } from './schemas/field-schema';

/** What the shapes of the step types have in common. */

export const seconds = (limit: number) => z.int().min(1).max(limit);

/** Ids of steps, checks and path segments: they become parts of job ids, labels and URLs. */
export const identifier = z.string().regex(/^[a-z0-9_]{1,64}$/, 'expected 1 to 64 of a-z, 0-9 and _');

export const tableName = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,1024}$/, 'expected a table name: letters, digits and _');
export const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'expected the name of a file beside the definition');
export const text = z.string().trim().min(1, 'expected some text');

export const sqlText = text.describe(
  'GoogleSQL, one SELECT. Names without a dataset are tables of the tenant.',
);
export const sqlFile = fileName.describe('Instead of sql: a .sql file beside the definition.');

/** No leading underscore: those names are left to the parameters that the engine adds to a quality step's SQL. */
export const parameterName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a parameter name: a-z, 0-9 and _, starting with a letter');

export const retrySchema = z
  .strictObject({
    max_attempts: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('Attempts of this step, the first included, before it is given up for this delivery.'),
    initial_backoff_seconds: z
      .number()
      .min(0)
      .max(600)
      .default(1)
      .describe('The longest pause before the second attempt; it doubles with each further one.'),
    max_backoff_seconds: z.number().min(0).max(600).default(30).describe('The longest pause of all.'),
    retry_on: z
      .array(z.enum(retryableCodes, { error: `expected some of ${retryableCodes.join(', ')}` }))
      .default([...retriedByDefault])
      .describe(
        'Errors after which the step is attempted again. Past max_attempts, unavailable and conflict leave the run to its next delivery; all others end it.',
      ),
  })
  .prefault({});

export const stepBase = {
  id: identifier.describe("The step's name: once a pipeline."),
  needs: z.array(identifier).default([]).describe('Ids of the steps that must be done before.'),
  timeout_seconds: seconds(86_400)
    .optional()
    .describe("Then it has failed. Without it the pipeline's own timeout applies."),
  retry: retrySchema.describe('When and how often it is attempted again.'),
};

export const writeDispositions = ['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY'] as const;

const dispositions =
  'WRITE_TRUNCATE: instead of the rows that are there; WRITE_APPEND: beside them; WRITE_EMPTY: only if there are none.';

/** What is said of the table that rows go to. It is made where it is not there. */
export const destinationFields = {
  table: tableName.describe("A table of the tenant's dataset, made where it is not there."),
  time_partitioning: z
    .strictObject({
      type: z
        .enum(['HOUR', 'DAY', 'MONTH', 'YEAR'])
        .default('DAY')
        .describe('How much time a partition holds.'),
      field: columnName.describe('A column of type DATE, DATETIME or TIMESTAMP.'),
    })
    .optional()
    .describe('Parts the table by time: queries that ask for some of it read, and cost, only that.'),
  clustering: z
    .array(columnName)
    .min(1)
    .max(4)
    .optional()
    .describe('Columns that the rows are sorted by within the table.'),
};

export const destinationSchema = z.strictObject({
  ...destinationFields,
  write_disposition: z
    .enum(writeDispositions, { error: `expected one of ${writeDispositions.join(', ')}` })
    .describe(dispositions),
});

const partition = parameterName
  .optional()
  .describe(
    'Name of the DATE or TIMESTAMP parameter whose partition (in UTC, by time_partitioning) is the only one that is written to; write_disposition is about it alone. Rows outside of it fail the step.',
  );

/** Of rows that all belong to one partition. */
export const partitionDestinationSchema = destinationSchema.extend({ partition });

const queryDispositions = [...writeDispositions, 'MERGE'] as const;

/** Of a query, whose rows can be merged as well. */
export const queryDestinationSchema = z
  .strictObject({
    ...destinationFields,
    partition,
    write_disposition: z
      .enum(queryDispositions, { error: `expected one of ${queryDispositions.join(', ')}` })
      .describe(
        `${dispositions} MERGE: by merge_keys; a row whose key is there takes its place, the others are added. Columns that the table lacks are added to it; columns that the query lacks keep their values.`,
      ),
    merge_keys: z
      .array(columnName)
      .min(1)
      .max(10)
      .optional()
      .describe(
        "Of MERGE: the columns by which rows are the same. Each key once among the query's rows and none NULL, or nothing is written.",
      ),
  })
  .refine(
    (destination) => (destination.write_disposition === 'MERGE') === (destination.merge_keys !== undefined),
    {
      path: ['merge_keys'],
      error: 'expected with write_disposition MERGE, and with no other',
    },
  )
  .refine(
    ({ merge_keys = [] }) => new Set(merge_keys.map((key) => key.toLowerCase())).size === merge_keys.length,
    {
      path: ['merge_keys'],
      error: 'expected each column once',
    },
  );

/** BigQuery refuses less than 10 MiB, the least that it bills. */
export const bytesBilledLimit = z
  .int()
  .min(10_485_760)
  .describe(
    "Bytes that BigQuery may bill for it, at least 10485760. The limit of the tenant's tier counts where it is smaller.",
  );

export const csvSchema = z.strictObject({
  skip_leading_rows: z
    .int()
    .min(0)
    .optional()
    .describe('Rows at the top that are no data: 1 where there is a header.'),
  field_delimiter: z
    .string()
    .min(1)
    .max(2)
    .optional()
    .describe('What stands between values: a comma unless given; \\t or tab for tabs.'),
  quote: z.string().max(1).optional().describe('What values are quoted by: " unless given.'),
  null_marker: z
    .string()
    .optional()
    .describe('The unquoted value that means NULL: an empty one unless given.'),
  allow_quoted_newlines: z.boolean().optional().describe('Whether quoted values may hold line breaks.'),
  allow_jagged_rows: z
    .boolean()
    .optional()
    .describe('Whether rows may lack values at their end: they are NULL.'),
  encoding: z.enum(['UTF-8', 'ISO-8859-1']).optional().describe('UTF-8 unless given.'),
});
