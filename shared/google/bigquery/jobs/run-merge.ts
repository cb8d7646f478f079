import type { BigQuery } from '@google-cloud/bigquery';
import { classifyFailure, type Failure, isRetryable } from '../failures';
import { findDone } from './find-done';
import type { JobRequest, Merge, QueryWork } from './job-configuration';
import { prepareMerge } from './prepare-merge';
import type { JobOutcome } from './run-job';

/**
 * Merges a query's rows into a table by key: one job, after two requests that cost nothing. Columns that the table lacks
 * are added before, by a job of their own whose id is made of the merge's: a repeat of the whole adds none to what
 * became of the table since.
 */
export async function runMerge(
  bigquery: BigQuery,
  request: JobRequest,
  { work, merge }: { readonly work: QueryWork; readonly merge: Merge },
  runJob: (request: JobRequest) => Promise<JobOutcome>,
): Promise<JobOutcome> {
  if (request.attachOnly) return toMergeOutcome(await runJob(request));
  const prepared = await prepareMerge(bigquery, request, work, merge).catch((error: unknown) => {
    if (isRetryable(error)) throw error;
    return classifyFailure(error);
  });
  if ('kind' in prepared) {
    const done = await findDone(request, runJob, prepared);
    return done.status === 'unknown' ? done : toMergeOutcome(done);
  }
  if (prepared.columns) {
    const jobId = `${request.jobId}_columns`;
    const added = await runJob({ ...request, jobId, work: prepared.columns });
    if (added.status !== 'completed') return added;
  }
  return toMergeOutcome(await runJob({ ...request, work: prepared.rows }));
}

function toMergeOutcome(outcome: JobOutcome): JobOutcome {
  return outcome.status === 'completed' ? outcome : { ...outcome, failure: toMergeFailure(outcome.failure) };
}

/** The table that another run made meanwhile is there for the next attempt. Positions count in a text made here. */
function toMergeFailure(failure: Failure): Failure {
  const message = failure.message.replace(/ at \[\d+:\d+\]/g, '');
  if (failure.kind === 'duplicate') return { ...failure, message, kind: 'conflict', code: 'conflict' };
  return { ...failure, message };
}
