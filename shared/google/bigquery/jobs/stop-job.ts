import type { Job } from '@google-cloud/bigquery';
import { unlessAborted } from '../../../support/unless-aborted';
import { within } from '../../../support/within';
import type { Failure } from '../failures';
import { type JobResource, toFailure } from './job-resource';
import { type EndedJob, waitForJob } from './wait-for-job';

interface Stop {
  /** The job's resource as it was answered first. */
  readonly first: JobResource;
  readonly maxResults: number;
  /** How long to wait for the job's end, in milliseconds. */
  readonly longestStopMs: number;
}

/**
 * Cancels a job and waits for its end: BigQuery stops it a little later, or not at all where it is nearly done, and what
 * it has come to then is its outcome. Resolves to undefined where it has not ended in time. Rejects with the signal's
 * reason, or with the error of a request that asked after it.
 */
export async function stopJob(
  job: Job,
  { first, maxResults, longestStopMs }: Stop,
  signal: AbortSignal | undefined,
): Promise<EndedJob | undefined> {
  const deadline = Date.now() + longestStopMs;
  // Whether it was heard shows by the job's end.
  const asked = within(longestStopMs, 'BigQuery', job.cancel()).catch(() => undefined);
  await (signal === undefined ? asked : unlessAborted(asked, signal));
  return await waitForJob(job, { first, deadline, maxResults }, signal);
}

/** Of a job that was stopped for this reason: why it failed, undefined where it has completed all the same. */
export function failureOfStopped(resource: JobResource, reason: Failure): Failure | undefined {
  const failure = toFailure(resource);
  const wasStopped = failure?.code === 'stopped' || failure?.code === 'timed_out';
  return wasStopped ? reason : failure;
}

/** Of a job that has not ended by then: it might yet take effect, so no other may be started in its place. */
export const stillRunning: Failure = {
  kind: 'transient',
  code: 'unavailable',
  reason: 'notStopped',
  message: 'Cancelled when its time was up, but not known to be over yet.',
};
