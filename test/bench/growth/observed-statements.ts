import { z } from 'zod';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import {
  createRunStatement,
  type RunStatement,
} from '../../../shared/google/bigquery/statements/run-statement';
import {
  type ParameterValues,
  toStatementRequest,
} from '../../../shared/google/bigquery/statements/statement-request';
import type { ParameterTypes, Statement } from '../../../shared/sql/define-statement';
import { median, shown } from '../support/figures';

export interface Observed {
  readonly ms: number;
  /** As BigQuery says of the request, before its minimum of 10 MB per table. */
  readonly bytes: number;
  /** With that minimum, for each statement of a script. */
  readonly billed: number;
}

const answerSchema = z.object({
  totalBytesProcessed: z.coerce.number(),
  totalBytesBilled: z.coerce.number(),
});

/**
 * The project's own way of running statements, whose answers are looked at on their way.
 * `observe` takes the medians of so many calls, one after the other; where one fails, it is why.
 */
export function observedStatements() {
  const bigquery = createBigQuery();
  const request = bigquery.request.bind(bigquery);
  let last = { totalBytesProcessed: Number.NaN, totalBytesBilled: Number.NaN };
  bigquery.request = (options, callback) =>
    request(options, (error, body, response) => {
      // An answer that came before the statement was over has no figures; a later one has.
      const answer = answerSchema.safeParse(body);
      if (answer.success) last = answer.data;
      callback(error, body, response);
    });
  const runStatement: RunStatement = createRunStatement(bigquery);
  const observe = async (times: number, call: () => Promise<unknown>): Promise<Observed | string> => {
    const calls: (Observed | string)[] = [];
    for (let index = 0; index < times; index++) {
      const start = performance.now();
      try {
        await call();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      const { totalBytesProcessed, totalBytesBilled } = last;
      calls.push({ ms: performance.now() - start, bytes: totalBytesProcessed, billed: totalBytesBilled });
    }
    return medianOf(calls);
  };
  /** Only what BigQuery says that a statement would process, in bytes. */
  const foretell = async <Types extends ParameterTypes, Row>(
    dataset: string,
    statement: Statement<Types, Row>,
    parameters: ParameterValues<Types>,
  ): Promise<number> => {
    const asked = toStatementRequest(dataset, 'US', statement, parameters);
    const { location: _, jobCreationMode: __, ...json } = asked;
    await new Promise<void>((resolve, reject) => {
      const options = { method: 'POST' as const, uri: '/queries', json: { ...json, dryRun: true } };
      bigquery.request(options, (error) => (error ? reject(error) : resolve()));
    });
    return last.totalBytesProcessed;
  };
  return { bigquery, runStatement, observe, foretell };
}

/** Of calls that were observed one by one; where one failed, why. */
export function medianOf(calls: readonly (Observed | string)[]): Observed | string {
  const failure = calls.find((one) => typeof one === 'string');
  if (failure !== undefined) return failure;
  const observed = calls.filter((one) => typeof one !== 'string');
  return {
    ms: median(observed.map(({ ms }) => ms)),
    bytes: median(observed.map(({ bytes }) => bytes)),
    billed: median(observed.map(({ billed }) => billed)),
  };
}

/** Milliseconds and bytes as two cells of a table. */
export const cellsOf = (found: Observed | string): string[] =>
  typeof found === 'string'
    ? [`REFUSED: ${found.slice(0, 60)}`, '–']
    : [shown(found.ms), shown(found.bytes, 0)];

/** Milliseconds and billed megabytes as two cells of a table. */
export const billedCellsOf = (found: Observed | string): string[] =>
  typeof found === 'string'
    ? [`REFUSED: ${found.slice(0, 60)}`, '–']
    : [shown(found.ms), shown(found.billed / 1_048_576, 0)];
