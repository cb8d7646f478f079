/**
 * The names of a run's jobs. They depend on the run alone, so every execution of it, by whichever worker,
 * finds the jobs that an earlier one started.
 */

/** What is executed: a run of one onboarding of a tenant. */
export interface ExecutionKey {
  readonly runId: string;
  /** A tenant that is onboarded anew may get the same run id again, by an idempotency key. */
  readonly onboardingId?: string | null;
}

/** Names a run in job ids and insertIds, for as long as BigQuery remembers those. */
export const executionIdOf = ({ runId, onboardingId }: ExecutionKey): string =>
  onboardingId === undefined || onboardingId === null ? runId : `${runId}-${onboardingId.slice(0, 8)}`;

/** The job of one attempt of a step; attempts count from 1. `executionId` as executionIdOf gives it. */
export const toJobId = (executionId: string, stepId: string, attempt: number): string =>
  `tp_${executionId.replace(/[^A-Za-z0-9_-]/g, '-')}_${stepId}_${attempt}`;

/** The job that writes a query's result to files, after the query's own. */
export const toExtractJobId = (queryJobId: string): string => `${queryJobId}_extract`;
