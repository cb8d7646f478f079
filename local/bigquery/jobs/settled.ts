import type { Job, JobOutcome } from './job';

/** A job's outcome, as soon as it is there, or undefined when the time is up. */
export async function settled(job: Job, milliseconds: number): Promise<JobOutcome | undefined> {
  if (job.outcome !== undefined) return job.outcome;
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([job.done, timeUp]);
  clearTimeout(timer);
  return job.outcome;
}
