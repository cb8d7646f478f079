import type { BigQuery, Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { classifyFailure, type Failure, isDuplicate, isNotFound, KnownFailure } from './failures';
import { createGuardReads } from './guard-reads';
import {
  type ExtractWork,
  type JobRequest,
  type TableReference,
  toJobConfiguration,
  type UploadWork,
} from './job-configuration';
import {
  type JobResource,
  type JobStatistics,
  jobResourceShape,
  toFailure,
  toStatistics,
} from './job-resource';
import { runMerge } from './run-merge';
import { type FileUpload, uploadFile } from './upload-file';
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
      const failure = await guardReads(request, signal);
      if (failure) return { status: 'unknown', failure };
      const { work } = request;
      const run = (each: JobRequest) => runJob(bigquery, each, signal);
      if (work.kind !== 'query' || !work.merge) return await run(request);
      return await runMerge(bigquery, request, { work, merge: work.merge }, run);
    } catch (error) {
      signal?.throwIfAborted();
      return { status: 'unknown', failure: classifyFailure(error) };
    }
  };
};

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
  const rowsWritten = isWritten || work.wantsResultTable ? totalRows : 0;
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

interface StartedJob {
  readonly job: Job;
  readonly resource: JobResource;
  readonly attached: boolean;
}

async function startOrAttach(
  bigquery: BigQuery,
  request: JobRequest,
  signal: AbortSignal | undefined,
): Promise<StartedJob> {
  try {
    if (request.work.kind === 'upload') return await attachOrUpload(bigquery, request, request.work, signal);
    const [job, resource] = await bigquery.createJob({
      jobId: request.jobId,
      ...(request.location !== undefined && { location: request.location }),
      configuration: toJobConfiguration(request, bigquery.projectId),
    });
    return { job, resource: jobResourceShape.parse(resource), attached: false };
  } catch (error) {
    const failed = failedAtOnce(bigquery, error);
    if (failed) return failed;
    if (!isDuplicate(error)) throw error;
    return await attach(bigquery, request);
  }
}

/** The file is not made where its job is there already. */
async function attachOrUpload(
  bigquery: BigQuery,
  request: JobRequest,
  work: UploadWork,
  signal: AbortSignal | undefined,
): Promise<StartedJob> {
  const location = request.location ?? (await locationOf(bigquery, request.datasetId));
  try {
    return await attach(bigquery, { ...request, location });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const path = await work.file();
  const projectId = await bigquery.getProjectId();
  const jobReference = { projectId, jobId: request.jobId, location };
  const job = { jobReference, configuration: toJobConfiguration(request, projectId) };
  const resource = jobResourceShape.parse(
    await uploadInTime(bigquery, request, { projectId, path, job }, signal),
  );
  return { job: bigquery.job(request.jobId, { location }), resource, attached: false };
}

/** An upload that is broken off has made no job, or one that the next attempt attaches to. */
async function uploadInTime(
  bigquery: BigQuery,
  { timeoutMs, cancelWhen }: JobRequest,
  upload: FileUpload,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const timeUp = AbortSignal.timeout(timeoutMs);
  const ends = [timeUp, signal, cancelWhen].filter((each) => each !== undefined);
  try {
    return await uploadFile(bigquery, upload, AbortSignal.any(ends));
  } catch (error) {
    if (cancelWhen?.aborted) throw new KnownFailure(runWasOver);
    if (timeUp.aborted) throw new KnownFailure(notInTime(timeoutMs));
    throw error;
  }
}

/** A job that has failed when it is answered is thrown by the client, with the resource as its `response`. */
function failedAtOnce(bigquery: BigQuery, error: unknown): StartedJob | undefined {
  const parsed = z.object({ response: jobResourceShape }).safeParse(error);
  if (!parsed.success) return undefined;
  const resource = parsed.data.response;
  const { jobId, location } = resource.jobReference;
  return { job: bigquery.job(jobId, { location }), resource, attached: false };
}

/** A job can only be found by naming its location, which is its dataset's. */
async function attach(bigquery: BigQuery, request: JobRequest): Promise<StartedJob> {
  const location = request.location ?? (await locationOf(bigquery, request.datasetId));
  const job = bigquery.job(request.jobId, { location });
  const [resource]: readonly unknown[] = await job.getMetadata();
  return { job, resource: jobResourceShape.parse(resource), attached: true };
}

async function locationOf(bigquery: BigQuery, datasetId: string): Promise<string> {
  const [dataset]: readonly unknown[] = await bigquery.dataset(datasetId).getMetadata();
  return z.object({ location: z.string() }).parse(dataset).location;
}

/** Best effort: the step is over, by its timeout or by its run, whether or not BigQuery still stops the job in time. */
async function cancel({ job, attached, resource }: StartedJob, failure: Failure): Promise<JobOutcome> {
  await job.cancel().catch(() => undefined);
  return { status: 'failed', attached, statistics: toStatistics(resource), failure };
}

const runWasOver: Failure = {
  kind: 'permanent',
  code: 'stopped',
  reason: 'stopped',
  message: 'Cancelled: the run was over.',
};

const notInTime = (milliseconds: number): Failure => ({
  kind: 'permanent',
  code: 'timed_out',
  reason: 'timeout',
  message: `Not finished within ${Math.round(milliseconds / 1000)} seconds: cancelled.`,
});

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
