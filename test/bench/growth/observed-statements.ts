import { z } from 'zod';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import {
  createRunStatement,
  type RunStatement,
} from '../../../shared/google/bigquery/statements/run-statement';
import { median, shown } from '../support/figures';

export interface Observed {
  readonly ms: number;
  /** As BigQuery says of the request, before its minimum of 10 MB per table. */
  readonly bytes: number;
}

const responseSchema = z.object({ totalBytesProcessed: z.coerce.number() });

/**
 * The project's own way of running statements, whose answers are looked at on their way.
 * `observe` takes the medians of so many calls, one after the other; where one fails, it is why.
 */
export function observedStatements() {
  const bigquery = createBigQuery();
  const request = bigquery.request.bind(bigquery);
  let bytes = 0;
  bigquery.request = (options, callback) =>
    request(options, (error, body, response) => {
      const answer = responseSchema.safeParse(body);
      if (answer.success) bytes = answer.data.totalBytesProcessed;
      callback(error, body, response);
    });
  const runStatement: RunStatement = createRunStatement(bigquery);
  const observe = async (times: number, call: () => Promise<unknown>): Promise<Observed | string> => {
    const calls: Observed[] = [];
    for (let index = 0; index < times; index++) {
      const start = performance.now();
      try {
        await call();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      calls.push({ ms: performance.now() - start, bytes });
    }
    return { ms: median(calls.map((one) => one.ms)), bytes: median(calls.map((one) => one.bytes)) };
  };
  return { bigquery, runStatement, observe };
}

/** Milliseconds and bytes as two cells of a table. */
export const cellsOf = (found: Observed | string): string[] =>
  typeof found === 'string'
    ? [`REFUSED: ${found.slice(0, 60)}`, '–']
    : [shown(found.ms), shown(found.bytes, 0)];
