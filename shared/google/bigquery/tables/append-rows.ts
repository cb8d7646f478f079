import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../../../support/time-limits';
import { isNotFound, KnownFailure } from '../failures';

export interface AppendedRow {
  /** BigQuery drops a second row with the same id for as long as it remembers (about a minute). */
  readonly insertId: string;
  /** Column values as JSON; a timestamp as ISO 8601 text. Columns left out are null. */
  readonly json: Readonly<
    Record<string, Scalar | readonly string[] | readonly Readonly<Record<string, Scalar>>[]>
  >;
}

type Scalar = string | number | boolean | null;

/**
 * Appends rows to a table by streaming: no DML limits, readable at once. All rows or an error: a caller may
 * repeat the call, and rows that got through are dropped by their insertId. Throws BigQuery's error; not
 * found only if there is no such table, and what counts as a broken connection where no answer comes.
 */
export type AppendRows = (datasetId: string, tableId: string, rows: readonly AppendedRow[]) => Promise<void>;

/** A call has up to 10 MB to send. In milliseconds. */
const longestAppendMs = 30_000;
/** For a while after a table was made, usually seconds, streaming to it can answer 404. In milliseconds. */
const pausesAfterNotFound = [250, 500, 1000, 2000, 3000, 3250];

export const createAppendRows =
  (bigquery: BigQuery, pauses: readonly number[] = pausesAfterNotFound): AppendRows =>
  async (datasetId, tableId, rows) => {
    if (rows.length === 0) return;
    const table = bigquery.dataset(datasetId).table(tableId);
    for (const pause of [...pauses, undefined]) {
      try {
        // BigQuery would refuse the same row again: so the client's own retries of partial failures are off.
        const inserted = table.insert([...rows], { raw: true, partialRetries: 0 });
        await within(longestAppendMs, 'BigQuery', inserted);
        return;
      } catch (error) {
        if (!isNotFound(error)) throw describePartialFailure(error, tableId);
        if (pause === undefined) throw (await table.exists())[0] ? notYet(tableId) : error;
        await sleep(pause);
      }
    }
  };

/** This has taken minutes: https://github.com/googleapis/google-cloud-go/issues/975 */
const notYet = (tableId: string): KnownFailure =>
  new KnownFailure({
    kind: 'transient',
    code: 'unavailable',
    reason: 'notFound',
    message: `Table ${tableId} is there, and takes no streamed rows yet`,
  });

const partialFailureSchema = z.object({
  name: z.literal('PartialFailureError'),
  errors: z.array(z.object({ errors: z.array(z.object({ message: z.string() })) })),
});

/** The client's PartialFailureError holds whole rows, and its message does not say which column is wrong. */
function describePartialFailure(error: unknown, tableId: string): unknown {
  const parsed = partialFailureSchema.safeParse(error);
  if (!parsed.success) return error;
  const reasons = new Set(parsed.data.errors.flatMap((row) => row.errors.map(({ message }) => message)));
  return new Error(`Table ${tableId} refused rows: ${[...reasons].join('; ')}`, { cause: error });
}
