import type { StatementForm } from '../../../sql/statement-form';
import { believed, endOfJob } from './job-end';
import type { LateJobs } from './late-jobs';
import { noResult, type QueryAnswer } from './query-answer';
import type { QueryCalls } from './query-calls';
import { type StatementTime, waitMsOf } from './statement-time';

export interface SentStatement<Request> {
  readonly request: Request;
  readonly form: StatementForm;
  /** What the statement's repeats have in common. */
  readonly key: string;
}

/**
 * Sends a statement and waits for its end. Resolves to an answer that only a success can have. Throws the
 * statement's error, or a request's; what counts as a broken connection where the time is up.
 *
 * A mutating statement that is late goes on at BigQuery. We know its job, since BigQuery is told to answer
 * before our time is up, with `jobComplete: false` and the job (`timeoutMs`, documented). A later call with
 * the same key first waits for that job's end, whatever it is, and then sends its own statement: the
 * parameters are others by then (the time, a batch), and what a statement of ours does twice changes nothing.
 *
 * Not used, and why: a `requestId` attaches a repeat to the first request for 15 minutes (documented), but
 * only where all parameters are the same, and one that is repeated too late runs again. An id given to
 * jobs.insert would cost each statement a second round trip. Where no answer came at all the job stays
 * unknown, and the repeat may be the second one in the queue.
 */
export async function sendStatement<Request>(
  calls: QueryCalls<Request>,
  lateJobs: LateJobs,
  { request, form, key }: SentStatement<Request>,
  time: StatementTime,
): Promise<QueryAnswer> {
  for (const late of lateJobs.of(key)) {
    await endOfJob(calls, late.job, time);
    late.isOver();
  }
  const first = await calls.query(request, waitMsOf(time));
  if (first.jobComplete) return await believed(calls, form, first, time);
  const job = first.jobReference;
  if (job === undefined) throw noResult('It is not over, and names no job');
  const watched = form === 'select' ? undefined : lateJobs.watch(key, job, time.until);
  try {
    const end = await endOfJob(calls, job, time);
    watched?.isOver();
    if ('error' in end) throw end.error;
    return await believed(calls, form, end.answer, time);
  } catch (error) {
    watched?.giveUp();
    throw error;
  }
}
