import type { StatementForm } from '../../../sql/statement-form';
import { KnownFailure } from '../failures';
import { toFailure } from '../jobs/job-resource';
import { isSuccess, noResult, type QueryAnswer, type StatementJob } from './query-answer';
import type { JobCalls } from './query-calls';
import { type StatementTime, waitMsOf } from './statement-time';

/** What a job has come to: BigQuery's last answer, or why it failed, or that nobody knows it any more. */
export type JobEnd = { readonly answer: QueryAnswer } | { readonly error: unknown };

/** Waits for a job's end. Throws what counts as a broken connection if that takes too long, or a request's error. */
export async function endOfJob(calls: JobCalls, job: StatementJob, time: StatementTime): Promise<JobEnd> {
  for (;;) {
    const waitMs = waitMsOf(time);
    try {
      const answer = await calls.results(job, { waitMs });
      if (answer.jobComplete) return { answer };
    } catch (error) {
      // A failed job's results are answered with its error, and only the job tells that from the request's own.
      const resource = await calls.job(job);
      if (resource !== undefined && resource.status.state !== 'DONE') throw error;
      const failure = resource && toFailure(resource);
      return { error: failure === undefined ? error : new KnownFailure(failure) };
    }
  }
}

/**
 * A complete answer that says what became of the statement: this one if it does, else its job's. Throws the
 * job's error, or `unavailable` if nothing says it.
 */
export async function believed(
  calls: JobCalls,
  form: StatementForm,
  answer: QueryAnswer,
  time: StatementTime,
): Promise<QueryAnswer> {
  if (isSuccess(form, answer)) return answer;
  const { jobReference } = answer;
  if (jobReference === undefined) throw noResult('It has no result, and names no job');
  const resource = await calls.job(jobReference);
  const failure = resource && toFailure(resource);
  if (failure !== undefined) throw new KnownFailure(failure);
  const results = await calls.results(jobReference, { waitMs: waitMsOf(time) });
  if (results.jobComplete && isSuccess(form, results)) return results;
  throw noResult('It has no result, and its job has neither a result nor an error');
}
