import { classifyFailure } from '../failures';
import type { RunStatement } from './run-statement';

/** Whoever learns from statements how many there may be at once. */
export interface StatementWatcher {
  readonly wasLate: () => void;
  readonly wasInTime: () => void;
}

/**
 * Runs statements, and tells how long they take. One is late when it has used half of its time: the other half
 * is left for those that are under way already. BigQuery's saying that it is asked too often counts as late.
 * Those without a time limit are not looked at.
 * @param usualMs the time of a statement that is given none of its own
 */
export const watchStatements =
  (
    runStatement: RunStatement,
    { wasLate, wasInTime }: StatementWatcher,
    monotonicMs: () => number,
    usualMs?: number,
  ): RunStatement =>
  async (dataset, statement, parameters, options) => {
    const timeoutMs = options?.timeoutMs ?? usualMs;
    if (timeoutMs === undefined) return runStatement(dataset, statement, parameters, options);
    const startedAt = monotonicMs();
    const timer = setTimeout(wasLate, timeoutMs / 2);
    try {
      const outcome = await runStatement(dataset, statement, parameters, options);
      if (monotonicMs() - startedAt < timeoutMs / 2) wasInTime();
      return outcome;
    } catch (error) {
      if (/rateLimitExceeded/i.test(classifyFailure(error).reason)) wasLate();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
