import type { Failure } from '../adapters/bigquery/failures';
import type { JobOutcome } from '../adapters/bigquery/run-job';
import { unlessAborted } from '../unless-aborted';

/**
 * Work that is no job of BigQuery, within an attempt's time. Past it the attempt has failed for good, as a job would
 * have; what is under way hears `until` and is left to itself. Rejects with the signal's reason once that is aborted,
 * else only with what `work` threw.
 */
export async function performInTime(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (until: AbortSignal) => Promise<JobOutcome>,
): Promise<JobOutcome> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), timeoutMs);
  const until = AbortSignal.any([time.signal, ...(signal ? [signal] : [])]);
  try {
    until.throwIfAborted();
    return await unlessAborted(work(until), until);
  } catch (error) {
    signal?.throwIfAborted();
    if (time.signal.aborted) return { status: 'unknown', failure: timedOut(timeoutMs) };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const timedOut = (timeoutMs: number): Failure => ({
  kind: 'permanent',
  code: 'timed_out',
  reason: 'timeout',
  message: `Not finished within ${Math.round(timeoutMs / 1000)} seconds.`,
});
