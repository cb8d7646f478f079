import { classifyFailure, isPassing } from '../../../../shared/google/bigquery/failures';
import type { JobOutcome, ResultRow } from '../../../../shared/google/bigquery/jobs/job-outcome';
import type { JobRequest } from '../../../../shared/google/bigquery/jobs/job-request';
import type { RunJob } from '../../../../shared/google/bigquery/jobs/run-job';

/** How a job ends when it is run for the first time. */
export type JobResult =
  | { readonly rows?: readonly ResultRow[]; readonly rowsWritten?: number }
  /** The job ends with this BigQuery error. */
  | { readonly reason: string; readonly message: string }
  /** A request fails before the job's outcome is known; `started`: or after the job was started. */
  | { readonly lost: Error; readonly started?: true };

export interface JobBook {
  readonly runJob: RunJob;
  /** The requests that started a job, in order. */
  readonly started: readonly JobRequest[];
  /** The most jobs that were under way at once. */
  readonly mostAtOnce: () => number;
  /** How long a job of this age may still run, as the last attachment to a job said. */
  readonly lastRemainingMs: () => number | undefined;
}

const notFound: JobOutcome = {
  status: 'unknown',
  mayHaveStarted: false,
  failure: classifyFailure({ reason: 'notFound', message: 'Not found: Job' }),
};

/** Jobs as BigQuery keeps them: an id runs once, whoever asks for it, and has that outcome from then on. */
export function jobBook(
  run: (request: JobRequest) => JobResult | Promise<JobResult>,
  { ageMs = 0 } = {},
): JobBook {
  const outcomes = new Map<string, JobOutcome>();
  const started: JobRequest[] = [];
  let underWay = 0;
  let most = 0;
  let remainingMs: number | undefined;
  const runJob: RunJob = async (request, signal) => {
    signal?.throwIfAborted();
    const known = outcomes.get(request.jobId);
    if (known && known.status !== 'unknown') {
      remainingMs = request.remainingMs?.(ageMs);
      return { ...known, attached: true };
    }
    if (request.attachOnly) return notFound;
    started.push(request);
    underWay += 1;
    most = Math.max(most, underWay);
    const outcome = toOutcome(await Promise.race([run(request), whenCancelled(request)]));
    underWay -= 1;
    signal?.throwIfAborted();
    outcomes.set(request.jobId, outcome);
    return outcome;
  };
  return { runJob, started, mostAtOnce: () => most, lastRemainingMs: () => remainingMs };
}

const whenCancelled = ({ cancelWhen }: JobRequest): Promise<JobResult> =>
  new Promise((resolve) => {
    const stopped = { reason: 'stopped', message: 'Cancelled: the run was over.' };
    cancelWhen?.addEventListener('abort', () => resolve(stopped), { once: true });
  });

function toOutcome(result: JobResult): JobOutcome {
  const statistics = { rowsWritten: 0, bytesProcessed: 10, bytesBilled: 100 };
  if ('lost' in result) {
    const failure = classifyFailure(result.lost);
    const mayHaveStarted = result.started ?? (isPassing(failure) || failure.code === 'internal');
    return { status: 'unknown', mayHaveStarted, failure };
  }
  if ('reason' in result) {
    return { status: 'failed', attached: false, statistics, failure: classifyFailure(result) };
  }
  const { rows = [], rowsWritten = 0 } = result;
  return { status: 'completed', attached: false, statistics: { ...statistics, rowsWritten }, rows };
}
