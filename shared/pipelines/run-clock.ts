import type { RunClock, RunToExecute } from './execution';

/**
 * A run's time. The pipeline's timeout counts from the creation of the run's first job, which every execution
 * meets again by attaching to it. So a run that is handed over or delivered again has no more time than
 * another, and time that it spent waiting for its first delivery is not lost. The lease, which counts from
 * the admission, ends it in any case.
 *
 * At first the clock assumes that the run's first job starts now.
 */
export function createRunClock({ definition, leaseExpiresAt }: RunToExecute, now: () => Date): RunClock {
  let startedAt = now().getTime();
  const deadline: RunClock['deadline'] = () => {
    const timeout = new Date(startedAt + definition.timeout_seconds * 1000);
    if (leaseExpiresAt < timeout) {
      const message = "The run's lease had expired before this step could start.";
      return { at: leaseExpiresAt, error: { code: 'lease_expired', message } };
    }
    const message = `The pipeline's timeout of ${definition.timeout_seconds} seconds had passed before this step could start.`;
    return { at: timeout, error: { code: 'timed_out', message } };
  };
  return {
    noteAge(ageMs) {
      startedAt = Math.min(startedAt, now().getTime() - ageMs);
    },
    deadline,
    remainingMs: () => deadline().at.getTime() - now().getTime(),
  };
}
