import type { BigQuery } from '@google-cloud/bigquery';
import { type Clock, durationMs, systemClock } from '../../../support/clock';
import { classifyFailure, type Failure, isNotFound, isPassing, isRetryable, KnownFailure } from '../failures';
import { createGuardReads, type GuardReads } from './guard-reads';
import { type JobOutcome, toOutcome } from './job-outcome';
import type { JobRequest } from './job-request';
import { type JobResource, toFailure, toStatistics } from './job-resource';
import { inPlainWords } from './plain-words';
import { type PreparedMerge, prepareMerge } from './prepare-merge';
import { attach, type JobTrace, startOrAttach } from './start-job';
import { failureOfStopped, notInTime, runWasOver, stillRunning, stopJob, waitForJob } from './wait-for-job';

/**
 * Starts the job that `jobId` names, or attaches to it if it was started before, and waits for its end. A job
 * that would read what its request does not allow is not started. A job past its time is cancelled and its
 * end awaited: it may still have completed. Rejects only with the signal's reason. Then the job goes on, and
 * a later call attaches to it.
 */
export type RunJob = (request: JobRequest, signal?: AbortSignal) => Promise<JobOutcome>;

/** At most this many rows of a result are read. */
const maximumRows = 1000;

/** How long to wait for a cancelled job to end, in milliseconds. Most stop within a few seconds. */
const usualStopMs = 10_000;

export const createRunJob = (
  bigquery: BigQuery,
  longestStopMs: number = usualStopMs,
  clock: Clock = systemClock,
): RunJob => {
  const common = { bigquery, guardReads: createGuardReads(bigquery), longestStopMs, clock };
  return async (request, signal) => {
    signal?.throwIfAborted();
    const trace: JobTrace = { mayHaveStarted: false };
    try {
      return await inPlainWords(await runJob({ ...common, trace }, request, signal), bigquery, 'BigQuery');
    } catch (error) {
      signal?.throwIfAborted();
      const whose = error instanceof KnownFailure ? 'ours' : 'BigQuery';
      const failure = classifyFailure(error);
      // A request whose answer was lost, or made no sense, may have started it.
      const mayHaveStarted = trace.mayHaveStarted || isPassing(failure) || failure.code === 'internal';
      return await inPlainWords({ status: 'unknown', mayHaveStarted, failure }, bigquery, whose);
    }
  };
};

interface JobTools {
  readonly bigquery: BigQuery;
  readonly guardReads: GuardReads;
  readonly longestStopMs: number;
  readonly clock: Clock;
  readonly trace: JobTrace;
}

/**
 * Checks what a request would read, prepares it if it is a merge, then runs it. A merge may take two jobs:
 * the first adds the columns that its table lacks. That job's id is derived from the merge's, so a repeat does
 * not add them again. Throws a KnownFailure for what may not be read, or a request's error.
 */
async function runJob(tools: JobTools, request: JobRequest, signal?: AbortSignal): Promise<JobOutcome> {
  const { bigquery, guardReads } = tools;
  let refusal: Failure | undefined;
  let merge: PreparedMerge | undefined;
  try {
    refusal = await guardReads(request, signal);
    if (refusal === undefined) merge = await prepareMerge(bigquery, request);
  } catch (error) {
    signal?.throwIfAborted();
    if (isRetryable(error)) throw error;
    // What it reads may be gone by now, but the job may have been done before that.
    return await attachOrFail(tools, request, classifyFailure(error), signal);
  }
  if (refusal !== undefined) throw new KnownFailure(refusal);
  if (merge?.columns) {
    const columns = { ...request, jobId: `${request.jobId}_columns`, work: merge.columns };
    const added = await startAndWait(tools, columns, signal);
    if (added.status !== 'completed') return added;
  }
  return await startAndWait(tools, merge ? { ...request, work: merge.rows } : request, signal);
}

/** For a job that can no longer start: the outcome of the one that exists, or `failure` if none does. */
async function attachOrFail(
  tools: JobTools,
  request: JobRequest,
  failure: Failure,
  signal: AbortSignal | undefined,
): Promise<JobOutcome> {
  try {
    return await startAndWait(tools, { ...request, attachOnly: true }, signal);
  } catch (error) {
    if (isNotFound(error)) return { status: 'unknown', mayHaveStarted: false, failure };
    throw error;
  }
}

/** The outcome of one job: starts it or attaches to it, waits for its end, stops it if it may not go on. */
async function startAndWait(
  tools: JobTools,
  request: JobRequest,
  signal: AbortSignal | undefined,
): Promise<JobOutcome> {
  const { bigquery, longestStopMs, clock, trace } = tools;
  const { cancelWhen, work } = request;
  const calledAtMs = clock.monotonicMs();
  const started = request.attachOnly
    ? await attach(bigquery, request, trace)
    : await startOrAttach(bigquery, request, trace, signal);
  trace.mayHaveStarted = true;
  const { job, resource: first, attached } = started;

  const ageMs = attached ? ageOf(first, clock) : clock.monotonicMs() - calledAtMs;
  const leftMs = attached ? (request.remainingMs?.(ageMs) ?? request.timeoutMs) : request.timeoutMs - ageMs;
  const maxResults = work.kind === 'query' && work.wantsRows ? maximumRows : 0;
  const ended = await waitForJob(job, { first, leftMs, maxResults, cancelWhen }, signal);
  if (typeof ended !== 'string') {
    const failure = toFailure(ended.resource);
    return await toOutcome(bigquery, request, { ...started, ended, failure, maxResults });
  }

  const isRunOver = ended === 'cancelled';
  const reason = isRunOver ? runWasOver : notInTime(ageMs + leftMs);
  const stopped = await stopJob(job, { first, maxResults, longestStopMs }, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    // Nothing comes after this job: whether it was stopped makes no difference any more.
    if (isRunOver) return undefined;
    throw error;
  });
  if (stopped !== undefined) {
    const failure = failureOfStopped(stopped.resource, reason);
    return await toOutcome(bigquery, request, { ...started, ended: stopped, failure, maxResults });
  }
  if (isRunOver) return { status: 'failed', attached, statistics: toStatistics(first), failure: runWasOver };
  return { status: 'unknown', mayHaveStarted: true, failure: stillRunning };
}

/** In milliseconds. Of a job that another process may have started only BigQuery's own time is known. */
const ageOf = ({ statistics: { creationTime } }: JobResource, { now }: Clock): number =>
  creationTime === undefined ? 0 : durationMs(creationTime, now());
