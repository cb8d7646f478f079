import { noAnswer } from '../../../support/time-limits';

/** How long a statement may take, and when that is up by performance.now. In milliseconds. */
export interface StatementTime {
  readonly limitMs: number;
  readonly until: number;
}

export const timeFromNow = (limitMs: number): StatementTime => ({
  limitMs,
  until: performance.now() + limitMs,
});

/** A request waits no longer than this for a job's end, as by BigQuery's default. In milliseconds. */
const longestWaitMs = 10_000;

/**
 * How long the next request may wait for an end, in milliseconds: a little less than there is time, so that
 * its answer is here by then. Throws what counts as a broken connection if the time is up.
 */
export function waitMsOf({ limitMs, until }: StatementTime): number {
  const left = until - Math.min(500, limitMs / 10) - performance.now();
  if (left < 1) throw noAnswer(limitMs, 'BigQuery');
  return Math.min(left, longestWaitMs);
}
