import type { BigQuery } from '@google-cloud/bigquery';
import type { ParameterTypes, Statement } from '../../../sql/define-statement';
import { within } from '../../../support/time-limits';
import { inSpan } from '../../../telemetry/telemetry';
import { forgetLocationOfDataset, locationOfDataset } from '../dataset-location';
import { isNotFound } from '../failures';
import { createLateJobs } from './late-jobs';
import { affectedRowsOf, noResult, type QueryAnswer, rowsOf } from './query-answer';
import { createQueryCalls, type QueryCalls } from './query-calls';
import { sendStatement } from './send-statement';
import { type ParameterValues, toStatementRequest } from './statement-request';
import { timeFromNow } from './statement-time';

export interface StatementOutcome<Row> {
  readonly rows: readonly Row[];
  /** Rows that a single INSERT, UPDATE, DELETE or MERGE changed. 0 for scripts, which do not report it. */
  readonly affectedRows: number;
  /** Where it ran, which is where its dataset is. */
  readonly location: string;
}

/**
 * Runs a statement in a dataset: one BigQuery request, and once in an instance another, free of charge, for
 * the dataset's location. Throws BigQuery's own error, or a ZodError if a row does not match the statement's
 * schema. It waits `timeoutMs` (a minute by default) for the answer, and then throws what counts as a broken
 * connection: whether the statement took effect is not known then. A repeat of a statement that changes
 * something waits for the end of the one before, if BigQuery has said that it goes on.
 */
export type RunStatement = <Types extends ParameterTypes, Row>(
  dataset: string,
  statement: Statement<Types, Row>,
  parameters: ParameterValues<Types>,
  options?: { readonly timeoutMs: number },
) => Promise<StatementOutcome<Row>>;

const usualLimitMs = 60_000;

export function createRunStatement(bigquery: BigQuery): RunStatement {
  const calls = createQueryCalls(bigquery);
  const lateJobs = createLateJobs();
  return (dataset, statement, parameters, { timeoutMs } = { timeoutMs: usualLimitMs }) =>
    inSpan(
      statement.name,
      'client',
      { 'db.system.name': 'gcp.bigquery', 'db.namespace': dataset },
      async () => {
        const { form, name } = statement;
        const time = timeFromNow(timeoutMs);
        const ran = inItsLocation(bigquery, dataset, async (location) => {
          const request = toStatementRequest(dataset, location, statement, parameters);
          const key = `${dataset}.${name}`;
          const answer = await sendStatement(calls, lateJobs, { request, form, key }, time);
          return { location, answer, rows: await allRows(calls, answer) };
        });
        const { location, answer, rows } = await within(timeoutMs, 'BigQuery', ran);
        return {
          rows: rows.map((row) => statement.row.parse(row)),
          affectedRows: affectedRowsOf(answer),
          location,
        };
      },
    );
}

/**
 * Does the work in the dataset's location. What is not found there may be elsewhere by now: a tenant can be
 * made anew in another location. A work that was not found has done nothing, so it is done again there.
 */
async function inItsLocation<T>(
  bigquery: BigQuery,
  dataset: string,
  work: (location: string) => Promise<T>,
): Promise<T> {
  const location = await locationOfDataset(bigquery, dataset);
  try {
    return await work(location);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await forgetLocationOfDataset(bigquery, dataset);
    const locationNow = await locationOfDataset(bigquery, dataset);
    if (locationNow === location) throw error;
    return await work(locationNow);
  }
}

async function allRows(calls: QueryCalls, first: QueryAnswer): Promise<readonly unknown[]> {
  const rows = [...rowsOf(first)];
  const { jobReference } = first;
  for (let { pageToken } = first; pageToken !== undefined; ) {
    if (jobReference === undefined) throw noResult('It has further pages, and names no job');
    const page = await calls.results(jobReference, { pageToken });
    for (const row of rowsOf(page)) rows.push(row);
    pageToken = page.pageToken;
  }
  return rows;
}
