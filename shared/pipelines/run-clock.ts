import type { RunToExecute, StepError } from './execution';

/** From when on no job of a run starts, and what a step says that it keeps from starting. */
export interface Deadline {
  readonly at: Date;
  readonly error: StepError;
}

/**
 * A run's time. The pipeline's timeout counts from the creation of the run's first job, which every execution meets
 * again by attaching to it: so a run that is handed over or delivered again has no more time than one that is not, and
 * time that it spent waiting for its first delivery is not lost. The lease, which counts from the admission, ends it in
 * any case.
 */
export interface RunClock {
  /** Takes note that a job of this run was started `ageMs` milliseconds ago. */
  readonly noteAge: (ageMs: number) => void;
  readonly deadline: () => Deadline;
  /** Milliseconds from now until the deadline; negative past it. */
  readonly remainingMs: () => number;
}

/** A clock of a run whose first job, as far as is known, starts now. */
export function createRunClock({ definition, leaseExpiresAt }: RunToExecute, now: () => Date): RunClock {
  let startedAt = now().getTime();
  const deadline = (): Deadline => {
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
