import { z } from 'zod';
import { retriedByDefault, retryableCodes } from '../adapters/bigquery/failures';
import { columnName } from './field-shape';

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

/** No leading underscore: those names are left to the parameters that the engine adds to a quality step's SQL. */
export const parameterName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a parameter name: a-z, 0-9 and _, starting with a letter');

export const retryShape = z
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
  id: identifier,
  needs: z.array(identifier).default([]),
  /** Without it the pipeline's own timeout applies. */
  timeout_seconds: seconds(86_400).optional(),
  retry: retryShape,
};

const writeDispositions = ['WRITE_TRUNCATE', 'WRITE_APPEND', 'WRITE_EMPTY'] as const;

export const destinationShape = z.strictObject({
  table: tableName,
  write_disposition: z.enum(writeDispositions, { error: `expected one of ${writeDispositions.join(', ')}` }),
  time_partitioning: z
    .strictObject({ type: z.enum(['HOUR', 'DAY', 'MONTH', 'YEAR']).default('DAY'), field: columnName })
    .optional(),
  clustering: z.array(columnName).min(1).max(4).optional(),
});

/** BigQuery refuses less than 10 MiB, the least that it bills. */
export const bytesBilledLimit = z
  .int()
  .min(10_485_760)
  .describe(
    "Bytes that BigQuery may bill for it, at least 10485760. The limit of the tenant's tier counts where it is smaller.",
  );

export const csvShape = z.strictObject({
  skip_leading_rows: z.int().min(0).optional(),
  field_delimiter: z.string().min(1).max(2).optional(),
  quote: z.string().max(1).optional(),
  null_marker: z.string().optional(),
  allow_quoted_newlines: z.boolean().optional(),
  allow_jagged_rows: z.boolean().optional(),
  encoding: z.enum(['UTF-8', 'ISO-8859-1']).optional(),
});
