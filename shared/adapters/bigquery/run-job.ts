import type { BigQuery, Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { classifyFailure, type Failure, isRetryable } from './failures';
import { findDone } from './find-done';
import { createGuardReads } from './guard-reads';
import type { ExtractWork, JobRequest, TableReference } from './job-configuration';
import {
  type JobResource,
  type JobStatistics,
  rowsOfLastStage,
  toFailure,
  toStatistics,
} from './job-resource';
import { runMerge } from './run-merge';
import { attach, notInTime, runWasOver, type StartedJob, startOrAttach } from './start-job';
import { type EndedJob, readResult, type Wait, waitForJob } from './wait-for-job';

export type {
  ExtractWork,
  JobRequest,
  LoadWork,
  PartitionedTable,
  QueryWork,
  UploadWork,
} from './job-configuration';
export type { JobStatistics } from './job-resource';

/** A row by column name; values as BigQuery's REST interface sends them. */
export type ResultRow = Readonly<Record<string, unknown>>;

export type JobOutcome =
  | {
      readonly status: 'completed';
      /** Whether the job had been started before, by this or another worker. */
      readonly attached: boolean;
      readonly statistics: JobStatistics;
      readonly rows: readonly ResultRow[];
      /** Where the query's rows are, if that was asked for. */
      readonly resultTable?: TableReference | undefined;
    }
  | {
      /** The job ended. Its id is used up: to try again takes another id. */
      readonly status: 'failed';
      readonly attached: boolean;
      readonly statistics: JobStatistics;
      readonly failure: Failure;
    }
  /** There is no job, or a request failed before its outcome was known: the same id can be asked for again. */
  | { readonly status: 'unknown'; readonly failure: Failure };

/**
 * Starts the job that `jobId` names, or attaches to it if it was started before, and waits for its end. A job that would
 * read what its request does not allow is not started.
 * Rejects only with the signal's reason: then the job goes on, and a later call attaches to it.
 */
export type RunJob = (request: JobRequest, signal?: AbortSignal) => Promise<JobOutcome>;

/** At most this many rows of a result are read. */
const maximumRows = 1000;

export const createRunJob = (bigquery: BigQuery): RunJob => {
  const guardReads = createGuardReads(bigquery);
  return async (request, signal) => {
    signal?.throwIfAborted();
    try {
      const refusal = await guardReads(request, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (isRetryable(error)) throw error;
        // What can no longer be judged may have been judged, and done, before.
        return findDone(request, (each) => perform(bigquery, each, signal), classifyFailure(error));
      });
      if (refusal === undefined) return await perform(bigquery, request, signal);
      return 'status' in refusal ? refusal : { status: 'unknown', failure: refusal };
    } catch (error) {
      signal?.throwIfAborted();
      return { status: 'unknown', failure: classifyFailure(error) };
    }
  };
};

async function perform(bigquery: BigQuery, request: JobRequest, signal?: AbortSignal): Promise<JobOutcome> {
  const { work } = request;
  const run = (each: JobRequest) => runJob(bigquery, each, signal);
  if (work.kind !== 'query' || !work.merge) return await run(request);
  return await runMerge(bigquery, request, { work, merge: work.merge }, run);
}

async function runJob(bigquery: BigQuery, request: JobRequest, signal?: AbortSignal): Promise<JobOutcome> {
  const startedAt = Date.now();
  const started = await (request.attachOnly
    ? attach(bigquery, request)
    : startOrAttach(bigquery, request, signal));
  const { job, resource: first, attached } = started;
  const deadline = attached ? deadlineOfAttached(first, request) : startedAt + request.timeoutMs;
  const maxResults = request.work.kind === 'query' && request.work.wantsRows ? maximumRows : 0;
  const ended = await waitUnlessCancelled(job, { first, deadline, maxResults }, request.cancelWhen, signal);
  if (ended === undefined) return await cancel(started, notInTime(deadline - createdAtOf(first)));
  if (ended === 'cancelled') return await cancel(started, runWasOver);

  const failure = withLimit(toFailure(ended.resource), request);
  if (failure) return { status: 'failed', attached, statistics: toStatistics(ended.resource), failure };
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
  // A merge that made its table was a query with a destination, which who attaches to it cannot know.
  const isWritten = work.destination !== undefined || (attached && work.merge !== undefined);
  if (!(work.wantsRows || isWritten || work.wantsResultTable)) {
    return { status: 'completed', attached, statistics: toStatistics(ended.resource), rows: [] };
  }
  // One more request, and only where something in the result matters: its rows, or how many went to the destination.
  const { rows, totalRows } = parseResult(ended.result ?? (await readResult(job, maxResults)));
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

/** BigQuery does not say how many rows it extracted. Those of a query's result are known from the query. */
async function countRows(bigquery: BigQuery, request: JobRequest, { source }: ExtractWork): Promise<number> {
  if (typeof source !== 'string') return 0;
  const table = bigquery.dataset(request.datasetId).table(source);
  const [resource]: readonly unknown[] = await table.getMetadata();
  return z.object({ numRows: z.coerce.number().default(0) }).parse(resource).numRows;
}

/** BigQuery names the limit, but cannot know whose it is. */
function withLimit(failure: Failure | undefined, { work }: JobRequest): Failure | undefined {
  if (failure?.code !== 'bytes_limit_exceeded' || work.kind !== 'query' || !work.byteLimit) return failure;
  return { ...failure, message: `${failure.message} The limit is that of ${work.byteLimit.source}.` };
}

/** In milliseconds since 1970. Ages are told, not times: the caller's clock need not be BigQuery's. */
function deadlineOfAttached(resource: JobResource, { remainingMs, timeoutMs }: JobRequest): number {
  const now = Date.now();
  const ageMs = Math.max(0, now - createdAtOf(resource));
  return now + (remainingMs?.(ageMs) ?? timeoutMs);
}

const createdAtOf = ({ statistics }: JobResource): number => statistics.creationTime?.getTime() ?? Date.now();

/** Like waitForJob; 'cancelled' once `cancelWhen` is aborted. */
async function waitUnlessCancelled(
  job: Job,
  wait: Wait,
  cancelWhen: AbortSignal | undefined,
  signal: AbortSignal | undefined,
): Promise<EndedJob | 'cancelled' | undefined> {
  const signals = [signal, cancelWhen].filter((each) => each !== undefined);
  try {
    return await waitForJob(job, wait, signals.length > 0 ? AbortSignal.any(signals) : undefined);
  } catch (error) {
    if (cancelWhen?.aborted && !signal?.aborted) return 'cancelled';
    throw error;
  }
}

/** Best effort: the step is over, by its timeout or by its run, whether or not BigQuery still stops the job in time. */
async function cancel({ job, attached, resource }: StartedJob, failure: Failure): Promise<JobOutcome> {
  await job.cancel().catch(() => undefined);
  return { status: 'failed', attached, statistics: toStatistics(resource), failure };
}

const resultShape = z.object({
  totalRows: z.coerce.number().default(0),
  schema: z.object({ fields: z.array(z.object({ name: z.string() })).default([]) }).optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
});

function parseResult(result: unknown): { rows: readonly ResultRow[]; totalRows: number } {
  const { schema, rows, totalRows } = resultShape.parse(result);
  const names = schema?.fields.map((field) => field.name) ?? [];
  return {
    rows: rows.map(({ f }) => Object.fromEntries(names.map((name, index) => [name, f[index]?.v]))),
    totalRows,
  };
}
