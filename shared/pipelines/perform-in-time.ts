import type { Failure } from '../adapters/bigquery/failures';
import type { JobOutcome } from '../adapters/bigquery/run-job';
import { unlessAborted } from '../unless-aborted';
import type { AttemptRequest } from './step-action';

/**
 * Work that is no job of BigQuery, within an attempt's time and while its run goes on. Past that the attempt has failed
 * for good, as a job would have; what is under way hears `until` and is left to itself. Rejects with the signal's reason
 * once that is aborted, else only with what `work` threw.
 */
export async function performInTime(
  { timeoutMs, cancelWhen }: AttemptRequest,
  signal: AbortSignal | undefined,
  work: (until: AbortSignal) => Promise<JobOutcome>,
): Promise<JobOutcome> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), timeoutMs);
  const until = AbortSignal.any([time.signal, signal, cancelWhen].filter((each) => each !== undefined));
  try {
    until.throwIfAborted();
    return await unlessAborted(work(until), until);
  } catch (error) {
    signal?.throwIfAborted();
    if (cancelWhen?.aborted) return { status: 'unknown', failure: stopped };
    if (time.signal.aborted) return { status: 'unknown', failure: timedOut(timeoutMs) };
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const stopped: Failure = {
  kind: 'permanent',
  code: 'stopped',
  reason: 'stopped',
  message: 'Cancelled: the run was over.',
};

const timedOut = (timeoutMs: number): Failure => ({
  kind: 'permanent',
  code: 'timed_out',
  reason: 'timeout',
  message: `Not finished within ${Math.round(timeoutMs / 1000)} seconds.`,
});
