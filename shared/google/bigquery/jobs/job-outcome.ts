import type { BigQuery, Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { TableName } from '../../../pipelines/rules/run-sources';
import { type Failure, isNotFound } from '../failures';
import type { ExtractWork, JobRequest, QueryWork } from './job-request';
import { type JobStatistics, rowsOfLastStage, toStatistics } from './job-resource';
import type { StartedJob } from './start-job';
import { type EndedJob, readResult } from './wait-for-job';

/** A row by column name; values as BigQuery's REST interface sends them. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** What is known of the files that a step read, besides what their job says. */
export interface FileFacts {
  /** What they look like by their columns. */
  readonly fileFormat?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
}

export type JobOutcome =
  | {
      readonly status: 'completed';
      /** Whether the job had been started before, by this or another worker. */
      readonly attached: boolean;
      readonly statistics: JobStatistics;
      readonly rows: readonly ResultRow[];
      /** Where the query's rows are, if that was asked for. */
      readonly resultTable?: TableName | undefined;
      readonly files?: FileFacts | undefined;
      /** The watermark that was read, if the job is for that. */
      readonly watermark?: string | undefined;
    }
  | {
      /** The job ended. Its id is used up: to try again takes another id. */
      readonly status: 'failed';
      readonly attached: boolean;
      readonly statistics: JobStatistics;
      readonly failure: Failure;
      readonly files?: FileFacts | undefined;
      /** BigQuery's own words, if any: for the log, because they may name accounts and projects. */
      readonly said?: string | undefined;
    }
  /** There is no job, or a request failed before the outcome was known. The same id can be used again. */
  | {
      readonly status: 'unknown';
      /** False: it is certain that there is no job that anybody could look at. */
      readonly mayHaveStarted: boolean;
      readonly failure: Failure;
      readonly said?: string | undefined;
    };

export interface End extends StartedJob {
  readonly ended: EndedJob;
  readonly failure: Failure | undefined;
  readonly maxResults: number;
}

/** The outcome of a job that has ended, for whoever asked for it. Throws a request's error. */
export async function toOutcome(
  bigquery: BigQuery,
  request: JobRequest,
  { job, attached, ended, failure, maxResults }: End,
): Promise<JobOutcome> {
  if (failure) {
    const statistics = toStatistics(ended.resource);
    return { status: 'failed', attached, statistics, failure: inWordsOf(request, failure) };
  }
  const { work } = request;
  if (work.kind !== 'query') {
    const rowsExtracted = work.kind === 'extract' ? await countRows(bigquery, request, work) : 0;
    return {
      status: 'completed',
      attached,
      statistics: toStatistics(ended.resource, rowsExtracted),
      rows: [],
    };
  }
  // A merge that made its table was a query with a destination. Whoever attaches to it cannot know that.
  const isWritten = work.destination !== undefined || (attached && work.merge !== undefined);
  if (!(work.wantsRows || isWritten || work.wantsResultTable)) {
    return { status: 'completed', attached, statistics: toStatistics(ended.resource), rows: [] };
  }
  // One more request, only if something in the result matters: its rows, or how many went to the destination.
  const result = ended.result ?? (await readUnlessGone(job, maxResults, isWritten));
  if (result === undefined) {
    return { status: 'failed', attached, statistics: toStatistics(ended.resource), failure: resultGone };
  }
  const { rows, totalRows } = parseResult(result);
  const isAppended = work.destination?.write_disposition === 'WRITE_APPEND';
  const resultRows = (isAppended ? rowsOfLastStage(ended.resource) : undefined) ?? totalRows;
  const rowsWritten = isWritten || work.wantsResultTable ? resultRows : 0;
  const resultTable = work.wantsResultTable
    ? ended.resource.configuration?.query?.destinationTable
    : undefined;
  return {
    status: 'completed',
    attached,
    statistics: toStatistics(ended.resource, rowsWritten),
    rows,
    resultTable,
  };
}

/** BigQuery does not say how many rows it extracted. For a query's result, the query has said so. */
async function countRows(bigquery: BigQuery, request: JobRequest, { source }: ExtractWork): Promise<number> {
  if (typeof source !== 'string') return 0;
  const table = bigquery.dataset(request.datasetId).table(source);
  const [resource]: readonly unknown[] = await table.getMetadata();
  return z.object({ numRows: z.coerce.number().default(0) }).parse(resource).numRows;
}

/** A failure as whoever wrote the query should read it. */
function inWordsOf({ work }: JobRequest, failure: Failure): Failure {
  if (work.kind !== 'query') return failure;
  return withLimit(work, work.merge === undefined ? failure : toMergeFailure(failure));
}

/** BigQuery names the limit, but cannot know whose it is. */
function withLimit({ byteLimit }: QueryWork, failure: Failure): Failure {
  if (failure.code !== 'bytes_limit_exceeded' || !byteLimit) return failure;
  return { ...failure, message: `${failure.message} The limit is that of ${byteLimit.source}.` };
}

/**
 * A merge's text is composed here, so positions in it mean nothing to its author. And if another run has made
 * the table meanwhile, the next attempt finds it.
 */
function toMergeFailure(failure: Failure): Failure {
  const message = failure.message.replace(/ at \[\d+:\d+\]/g, '');
  if (failure.kind === 'duplicate') return { ...failure, message, kind: 'conflict', code: 'conflict' };
  return { ...failure, message };
}

/** The result of a completed query; undefined if BigQuery no longer keeps it. */
async function readUnlessGone(job: Job, maxResults: number, isWritten: boolean): Promise<unknown> {
  try {
    return await readResult(job, maxResults);
  } catch (error) {
    if (!isWritten && isNotFound(error)) return undefined;
    throw error;
  }
}

/** BigQuery keeps a result for about a day. After that the query has to run again, as another job. */
export const resultGone: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'resultGone',
  message: 'The result of its query is no longer there.',
};

const resultSchema = z.object({
  totalRows: z.coerce.number().default(0),
  schema: z.object({ fields: z.array(z.object({ name: z.string() })).default([]) }).optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
});

function parseResult(result: unknown): { rows: readonly ResultRow[]; totalRows: number } {
  const { schema, rows, totalRows } = resultSchema.parse(result);
  const names = schema?.fields.map((field) => field.name) ?? [];
  return {
    rows: rows.map(({ f }) => Object.fromEntries(names.map((name, index) => [name, f[index]?.v]))),
    totalRows,
  };
}
