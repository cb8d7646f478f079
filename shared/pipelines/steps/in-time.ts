import { type Failure, KnownFailure } from '../../google/bigquery/failures';
import { runWasOver } from '../../google/bigquery/jobs/wait-for-job';
import { unlessAborted } from '../../support/time-limits';
import type { AttemptRequest } from '../execution';

/**
 * Does work that is no BigQuery job, within an attempt's time and while its run goes on. After that it throws
 * a KnownFailure, like that of a cancelled job, or what `late` says. The work is told by `until` and then
 * left to itself. Throws the signal's reason once that is aborted.
 */
export async function inTime<T>(
  { timeoutMs, cancelWhen }: AttemptRequest,
  signal: AbortSignal | undefined,
  work: (until: AbortSignal) => Promise<T>,
  late: (timeoutMs: number) => Failure = timedOut,
): Promise<T> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), timeoutMs);
  const until = AbortSignal.any([time.signal, signal, cancelWhen].filter((each) => each !== undefined));
  try {
    until.throwIfAborted();
    return await unlessAborted(work(until), until);
  } catch (error) {
    signal?.throwIfAborted();
    if (cancelWhen?.aborted) throw new KnownFailure(runWasOver);
    if (time.signal.aborted) throw new KnownFailure(late(timeoutMs));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The failure of work that was not finished in its time. */
export const timedOut = (timeoutMs: number): Failure => ({
  kind: 'permanent',
  code: 'timed_out',
  reason: 'timeout',
  message: `Not finished within ${Math.round(timeoutMs / 1000)} seconds.`,
});
