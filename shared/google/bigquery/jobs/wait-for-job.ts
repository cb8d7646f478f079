import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { unlessAborted, within } from '../../../support/time-limits';
import type { Failure } from '../failures';
import { type JobResource, jobResourceSchema, toFailure } from './job-resource';

/** Pauses between two looks at a load job, in milliseconds: no request waits for the end of a load. */
const firstPause = 100;
const longestPause = 5000;
const pauseGrowth = 1.5;

const progressSchema = z.object({ jobComplete: z.boolean().default(true) });

export interface Wait {
  /** The job's resource in the first answer. */
  readonly first: JobResource;
  /** How long to wait, in milliseconds. */
  readonly leftMs: number;
  /** Rows of a query's result to read in the request that waits for its end. */
  readonly maxResults: number;
  /** Once it is aborted, the job is not waited for any longer. */
  readonly cancelWhen?: AbortSignal | undefined;
}

export interface EndedJob {
  readonly resource: JobResource;
  /** The answer of a query's getQueryResults, if it was asked while waiting. */
  readonly result?: unknown;
}

/**
 * Waits until the job has ended. Resolves to its final resource; to 'late' once its time is up, to
 * 'cancelled' once `cancelWhen` is aborted. Rejects with the signal's reason, or with a request's error.
 */
export async function waitForJob(
  job: Job,
  { first, leftMs, maxResults, cancelWhen }: Wait,
  signal?: AbortSignal,
): Promise<EndedJob | 'late' | 'cancelled'> {
  let resource = first;
  let result: unknown;
  let pause = firstPause;
  const timer = new AbortController();
  const until = AbortSignal.any([timer.signal, signal, cancelWhen].filter((each) => each !== undefined));
  const timeout = setTimeout(() => timer.abort(), leftMs);
  try {
    while (resource.status.state !== 'DONE') {
      if (isQuery(first)) result = await unlessAborted(waitForQuery(job, maxResults, until), until);
      else await sleep(pause, undefined, { signal: until });
      resource = await unlessAborted(readJob(job), until);
      pause = Math.min(pause * pauseGrowth, longestPause);
    }
    return { resource, result };
  } catch (error) {
    signal?.throwIfAborted();
    if (cancelWhen?.aborted) return 'cancelled';
    if (timer.signal.aborted) return 'late';
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}

interface Stop extends Pick<Wait, 'first' | 'maxResults'> {
  /** How long to wait for the job's end, in milliseconds. */
  readonly longestStopMs: number;
}

/**
 * Cancels a job and waits for its end. BigQuery stops it a little later, or not at all if it is nearly done,
 * and what it has come to then is its outcome. Resolves to undefined if it has not ended in time. Rejects
 * with the signal's reason, or with the error of a request for the job's state.
 */
export async function stopJob(
  job: Job,
  { first, maxResults, longestStopMs }: Stop,
  signal: AbortSignal | undefined,
): Promise<EndedJob | undefined> {
  const askedAt = performance.now();
  // Whether BigQuery heard it shows in how the job ends.
  const asked = within(longestStopMs, 'BigQuery', job.cancel()).catch(() => undefined);
  await (signal === undefined ? asked : unlessAborted(asked, signal));
  const leftMs = longestStopMs - (performance.now() - askedAt);
  const ended = await waitForJob(job, { first, leftMs, maxResults }, signal);
  return typeof ended === 'string' ? undefined : ended;
}

/**
 * BigQuery answers when the query has ended, or after some ten seconds: so its end is known at once, without
 * asking often. It answers for a failed query with that query's error. The job's resource says the same, so
 * the error is dropped here.
 */
async function waitForQuery(job: Job, maxResults: number, signal: AbortSignal): Promise<unknown> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const result = await readResult(job, maxResults);
      if (progressSchema.parse(result).jobComplete) return result;
    } catch (error) {
      const { status } = await readJob(job);
      if (status.state !== 'DONE') throw error;
      return undefined;
    }
  }
}

/** The answer of getQueryResults, unparsed. */
export async function readResult(job: Job, maxResults: number): Promise<unknown> {
  // The client answers [rows, next query, response]; its types know only of the first two.
  const [rows, , response]: readonly unknown[] = await job.getQueryResults({
    autoPaginate: false,
    skipParsing: true,
    maxResults,
  });
  return Object.assign({}, response, { rows });
}

async function readJob(job: Job): Promise<JobResource> {
  const [resource]: readonly unknown[] = await job.getMetadata();
  return jobResourceSchema.parse(resource);
}

const isQuery = (resource: JobResource): boolean => resource.configuration?.query !== undefined;

/** Why a job failed that was stopped for `reason`; undefined if it completed all the same. */
export function failureOfStopped(resource: JobResource, reason: Failure): Failure | undefined {
  const failure = toFailure(resource);
  const wasStopped = failure?.code === 'stopped' || failure?.code === 'timed_out';
  return wasStopped ? reason : failure;
}

export const runWasOver: Failure = {
  kind: 'permanent',
  code: 'stopped',
  reason: 'stopped',
  message: 'Cancelled: the run was over.',
};

export const notInTime = (milliseconds: number): Failure => ({
  kind: 'permanent',
  code: 'timed_out',
  reason: 'timeout',
  message: `Not finished within ${Math.round(milliseconds / 1000)} seconds: cancelled.`,
});

/** A job that has not ended yet might still take effect, so no other may be started in its place. */
export const stillRunning: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'notStopped',
  message: 'Cancelled when its time was up, but not known to be over yet.',
};
