import { z } from 'zod';
import { columnNameSchema, parameterNameSchema, tableNameSchema } from './name-schemas';

export const writeDispositions = ['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY'] as const;
const queryDispositions = [...writeDispositions, 'MERGE'] as const;

const dispositions =
  'WRITE_TRUNCATE replaces the rows that are there, WRITE_APPEND adds to them, WRITE_EMPTY fails if there are any.';

const partition = parameterNameSchema
  .optional()
  .describe(
    'Name of a DATE or TIMESTAMP parameter: only the partition of its value (in UTC, by time_partitioning) is written to, and write_disposition concerns that partition alone. Rows outside of it fail the step.',
  );

/** The table that a step's rows go to. */
const destinationFields = {
  table: tableNameSchema.describe("A table of the tenant's dataset. It is created if it is missing."),
  time_partitioning: z
    .strictObject({
      type: z
        .enum(['HOUR', 'DAY', 'MONTH', 'YEAR'])
        .default('DAY')
        .describe('How much time one partition covers.'),
      field: columnNameSchema.describe('A column of type DATE, DATETIME or TIMESTAMP.'),
    })
    .optional()
    .describe('Partitions the table by time: queries for some of the time read, and cost, only that part.'),
  clustering: z
    .array(columnNameSchema)
    .min(1)
    .max(4)
    .optional()
    .describe('Columns by which the rows are sorted within the table.'),
};

export const destinationSchema = z.strictObject({
  ...destinationFields,
  write_disposition: z
    .enum(writeDispositions, { error: `expected one of ${writeDispositions.join(', ')}` })
    .describe(dispositions),
});

/** For steps that can write to one partition alone. */
export const partitionDestinationSchema = destinationSchema.extend({ partition });

/** For queries, whose rows can also be merged into the table. */
export const queryDestinationSchema = z
  .strictObject({
    ...destinationFields,
    partition,
    write_disposition: z
      .enum(queryDispositions, { error: `expected one of ${queryDispositions.join(', ')}` })
      .describe(
        `${dispositions} MERGE works by merge_keys: a row whose key exists replaces that row, other rows are added. Columns that the table lacks are added to it; columns that the query lacks keep their values.`,
      ),
    merge_keys: z
      .array(columnNameSchema)
      .min(1)
      .max(10)
      .optional()
      .describe(
        "For MERGE: the columns that identify a row. The query's rows must have each key once and no NULL in it, or nothing is written.",
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
