import type { BigQuery, Job } from '@google-cloud/bigquery';
import { classifyFailure, isRetryable, KnownFailure } from '../failures';
import { findDone } from './find-done';
import { createGuardReads } from './guard-reads';
import type { JobRequest } from './job-configuration';
import { type JobOutcome, toOutcome } from './job-outcome';
import { type JobResource, toFailure, toStatistics } from './job-resource';
import { inPlainWords } from './plain-words';
import { runMerge } from './run-merge';
import { attach, notInTime, runWasOver, startOrAttach } from './start-job';
import { failureOfStopped, stillRunning, stopJob } from './stop-job';
import { type EndedJob, type Wait, waitForJob } from './wait-for-job';

export type {
  ExtractWork,
  JobRequest,
  LoadWork,
  PartitionedTable,
  QueryWork,
  UploadWork,
} from './job-configuration';
export type { JobOutcome, ResultRow } from './job-outcome';
export type { JobStatistics } from './job-resource';

/**
 * Starts the job that `jobId` names, or attaches to it if it was started before, and waits for its end. A job that would
 * read what its request does not allow is not started.
 * A job past its time is cancelled, and its end waited for: it has failed only once that is known, and may have completed.
 * Rejects only with the signal's reason: then the job goes on, and a later call attaches to it.
 */
export type RunJob = (request: JobRequest, signal?: AbortSignal) => Promise<JobOutcome>;

/** At most this many rows of a result are read. */
const maximumRows = 1000;

/** How long a job that was cancelled is waited for, in milliseconds. Most stop within a few seconds. */
const usualStopMs = 10_000;

export const createRunJob = (bigquery: BigQuery, longestStopMs = usualStopMs): RunJob => {
  const tools = { bigquery, longestStopMs };
  const guardReads = createGuardReads(bigquery);
  return async (request, signal) => {
    signal?.throwIfAborted();
    try {
      const refusal = await guardReads(request, signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        if (isRetryable(error)) throw error;
        // What can no longer be judged may have been judged, and done, before.
        return findDone(request, (each) => perform(tools, each, signal), classifyFailure(error));
      });
      if (refusal === undefined) {
        return await inPlainWords(await perform(tools, request, signal), bigquery, 'BigQuery');
      }
      if ('status' in refusal) return await inPlainWords(refusal, bigquery, 'BigQuery');
      return await inPlainWords({ status: 'unknown', failure: refusal }, bigquery, 'ours');
    } catch (error) {
      signal?.throwIfAborted();
      const whose = error instanceof KnownFailure ? 'ours' : 'BigQuery';
      return await inPlainWords({ status: 'unknown', failure: classifyFailure(error) }, bigquery, whose);
    }
  };
};

interface JobTools {
  readonly bigquery: BigQuery;
  readonly longestStopMs: number;
}

async function perform(tools: JobTools, request: JobRequest, signal?: AbortSignal): Promise<JobOutcome> {
  const { work } = request;
  const run = (each: JobRequest) => runJob(tools, each, signal);
  if (work.kind !== 'query' || !work.merge) return await run(request);
  return await runMerge(tools.bigquery, request, { work, merge: work.merge }, run);
}

async function runJob(tools: JobTools, request: JobRequest, signal?: AbortSignal): Promise<JobOutcome> {
  const { bigquery, longestStopMs } = tools;
  const startedAt = Date.now();
  const started = await (request.attachOnly
    ? attach(bigquery, request)
    : startOrAttach(bigquery, request, signal));
  const { job, resource: first, attached } = started;
  const deadline = attached ? deadlineOfAttached(first, request) : startedAt + request.timeoutMs;
  const maxResults = request.work.kind === 'query' && request.work.wantsRows ? maximumRows : 0;
  const ended = await waitUnlessCancelled(job, { first, deadline, maxResults }, request.cancelWhen, signal);
  if (ended !== undefined && ended !== 'cancelled') {
    const failure = toFailure(ended.resource);
    return await toOutcome(bigquery, request, { ...started, ended, failure, maxResults });
  }
  const reason = ended === undefined ? notInTime(deadline - createdAtOf(first)) : runWasOver;
  const stopped = await stopJob(job, { first, maxResults, longestStopMs }, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    // Nothing comes after it.
    if (reason === runWasOver) return undefined;
    throw error;
  });
  if (stopped !== undefined) {
    const failure = failureOfStopped(stopped.resource, reason);
    return await toOutcome(bigquery, request, { ...started, ended: stopped, failure, maxResults });
  }
  if (reason === runWasOver) {
    return { status: 'failed', attached, statistics: toStatistics(first), failure: reason };
  }
  return { status: 'unknown', failure: stillRunning };
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
