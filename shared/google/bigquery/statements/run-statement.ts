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
 * schema. It waits `timeoutMs` (a minute unless given, here or when it was made) for the answer, and then throws what counts as a broken
 * connection: whether the statement took effect is not known then. A repeat of a statement that changes
 * something waits for the end of the one before, if BigQuery has said that it goes on.
 */
export type RunStatement = <Types extends ParameterTypes, Row>(
  dataset: string,
  statement: Statement<Types, Row>,
  parameters: ParameterValues<Types>,
  options?: { readonly timeoutMs: number },
) => Promise<StatementOutcome<Row>>;

/** The way of statements to BigQuery and of their answers back: what of it a simulation has a model of. */
export interface StatementTransport<Request> {
  readonly calls: QueryCalls<Request>;
  readonly toRequest: <Types extends ParameterTypes, Row>(
    dataset: string,
    location: string,
    statement: Statement<Types, Row>,
    parameters: ParameterValues<Types>,
  ) => Request;
  /** The rows of an answer in the client's classes. */
  readonly rowsOf: (answer: QueryAnswer) => readonly unknown[];
  readonly locations: Locations;
}

/** Where datasets are, as far as it is known. */
interface Locations {
  readonly of: (dataset: string) => Promise<string>;
  readonly forget: (dataset: string) => Promise<void>;
}

const usualLimitMs = 60_000;

/** @param limitMs how long it waits for an answer where a call does not say, in milliseconds */
export const createRunStatement = (bigquery: BigQuery, limitMs = usualLimitMs): RunStatement =>
  createRunStatementOver(
    {
      calls: createQueryCalls(bigquery),
      toRequest: toStatementRequest,
      rowsOf,
      locations: {
        of: (dataset) => locationOfDataset(bigquery, dataset),
        forget: (dataset) => forgetLocationOfDataset(bigquery, dataset),
      },
    },
    limitMs,
  );

/** createRunStatement, whatever it runs over. */
export function createRunStatementOver<Request>(
  transport: StatementTransport<Request>,
  limitMs = usualLimitMs,
): RunStatement {
  const { calls, toRequest, locations } = transport;
  const lateJobs = createLateJobs();
  return (dataset, statement, parameters, { timeoutMs } = { timeoutMs: limitMs }) =>
    inSpan(
      statement.name,
      'client',
      { 'db.system.name': 'gcp.bigquery', 'db.namespace': dataset },
      async () => {
        const { form, name } = statement;
        const time = timeFromNow(timeoutMs);
        const ran = inItsLocation(locations, dataset, async (location) => {
          const request = toRequest(dataset, location, statement, parameters);
          const key = `${dataset}.${name}`;
          const answer = await sendStatement(calls, lateJobs, { request, form, key }, time);
          return { location, answer, rows: await allRows(transport, answer) };
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
  locations: Locations,
  dataset: string,
  work: (location: string) => Promise<T>,
): Promise<T> {
  const location = await locations.of(dataset);
  try {
    return await work(location);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await locations.forget(dataset);
    const locationNow = await locations.of(dataset);
    if (locationNow === location) throw error;
    return await work(locationNow);
  }
}

async function allRows<Request>(
  { calls, rowsOf: read }: StatementTransport<Request>,
  first: QueryAnswer,
): Promise<readonly unknown[]> {
  const rows = [...read(first)];
  const { jobReference } = first;
  for (let { pageToken } = first; pageToken !== undefined; ) {
    if (jobReference === undefined) throw noResult('It has further pages, and names no job');
    const page = await calls.results(jobReference, { pageToken });
    for (const row of read(page)) rows.push(row);
    pageToken = page.pageToken;
  }
  return rows;
}
