import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { unlessAborted } from '../../../support/unless-aborted';
import { type JobResource, jobResourceSchema } from './job-resource';

/** Waits between two looks at a load job, in milliseconds: loads have no request that waits for their end. */
const firstPause = 100;
const longestPause = 5000;
const pauseGrowth = 1.5;

const progressSchema = z.object({ jobComplete: z.boolean().default(true) });

export interface Wait {
  /** The job's resource as it was answered first. */
  readonly first: JobResource;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Rows of a query's result to read in the request that waits for its end. */
  readonly maxResults: number;
}

export interface EndedJob {
  readonly resource: JobResource;
  /** The answer of a query's getQueryResults, if it was asked while waiting. */
  readonly result?: unknown;
}

/**
 * Waits until the job has ended. Resolves to its final resource, or to undefined once the deadline has passed.
 * Rejects with the signal's reason, or with a request's error.
 */
export async function waitForJob(
  job: Job,
  { first, deadline, maxResults }: Wait,
  signal?: AbortSignal,
): Promise<EndedJob | undefined> {
  let resource = first;
  let result: unknown;
  let pause = firstPause;
  const timer = new AbortController();
  const until = AbortSignal.any([timer.signal, ...(signal ? [signal] : [])]);
  const timeout = setTimeout(() => timer.abort(), deadline - Date.now());
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
    if (timer.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * BigQuery answers when the query has ended, or after some ten seconds: an end is known at once, without asking often.
 * A failed query is answered with its error; the job's resource then says the same, so it is not looked at here.
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
