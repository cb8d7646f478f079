import { type Failure, isNotFound } from '../failures';
import type { JobRequest } from './job-configuration';
import type { JobOutcome } from './run-job';

/**
 * The outcome of a job that can no longer be started, as what it reads is gone: it may have been started before. Where
 * there is none, `failure` is why.
 */
export async function findDone(
  request: JobRequest,
  run: (request: JobRequest) => Promise<JobOutcome>,
  failure: Failure,
): Promise<JobOutcome> {
  try {
    return await run({ ...request, attachOnly: true });
  } catch (error) {
    if (isNotFound(error)) return { status: 'unknown', failure };
    throw error;
  }
}
