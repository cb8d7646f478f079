import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { isNotFound } from '../failures';
import { type JobResource, jobResourceSchema } from '../jobs/job-resource';
import { noResult, parseAnswer, type QueryAnswer, type StatementJob } from './query-answer';
import type { StatementRequest } from './statement-request';

/**
 * The calls of BigQuery's REST interface that run a statement. The client's own `query` is not used: it takes
 * an answer without a schema for one without rows, and breaks on one without a job.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
 */
export interface QueryCalls<Request = StatementRequest> extends JobCalls {
  /** Throws BigQuery's error, also that of the statement. `waitMs`: how long the answer may wait for its end. */
  readonly query: (request: Request, waitMs: number) => Promise<QueryAnswer>;
}

/** Those of them that ask what has become of a job. */
export interface JobCalls {
  /** Throws BigQuery's error, also that of the job; `unavailable` for a job or rows that are not there. */
  readonly results: (job: StatementJob, page: ResultsPage) => Promise<QueryAnswer>;
  /** Undefined if there is no such job. */
  readonly job: (job: StatementJob) => Promise<JobResource | undefined>;
}

export type ResultsPage = { readonly waitMs: number } | { readonly pageToken: string };

export function createQueryCalls(bigquery: BigQuery): QueryCalls {
  const call = (options: Parameters<BigQuery['request']>[0]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      bigquery.request(options, (error, body) => {
        if (error instanceof SyntaxError) reject(noResult('It is cut off, or no JSON', error));
        else if (error) reject(error);
        else resolve(body);
      });
    });
  return {
    query: async (request, waitMs) => {
      // By its id a request that the client itself sends again is known to BigQuery.
      const json = { ...request, requestId: randomUUID(), timeoutMs: Math.round(waitMs) };
      return parseAnswer(await call({ method: 'POST', uri: '/queries', json }));
    },
    results: async ({ jobId, location }, page) => {
      const place = location === undefined ? {} : { location };
      const wanted = 'pageToken' in page ? page : { timeoutMs: Math.round(page.waitMs) };
      const qs = { ...place, ...wanted, 'formatOptions.useInt64Timestamp': true };
      const body = await call({ uri: `/queries/${jobId}`, qs }).catch((error: unknown) => {
        // It would read as if the dataset were not there.
        throw isNotFound(error) ? noResult('Its job or its rows are not there', error) : error;
      });
      return parseAnswer(body);
    },
    job: async ({ jobId, location }) => {
      const qs = location === undefined ? {} : { location };
      try {
        return jobResourceSchema.parse(await call({ uri: `/jobs/${jobId}`, qs }));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}
