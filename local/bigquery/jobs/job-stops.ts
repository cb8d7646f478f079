import { BigQueryError } from '../bigquery-error';
import type { WorkSignals } from '../model';
import { asJob } from '../store/table-commits';
import { type Job, jobKey } from './job';

/** Ends the work of jobs before it is done. */
export interface JobStops {
  /**
   * Does a job's work. A query that has committed nothing yet ends at once when it is stopped; other work ends where
   * it would next commit something or ask the engine.
   * @param durable whether commits carry the job's name
   */
  run<T>(job: Job, durable: boolean, work: (signals: WorkSignals) => Promise<T>): Promise<T>;
  /** Lets a job under way commit nothing more, and the engine compute nothing more for it. */
  cancel(job: Job): void;
  /**
   * Counts a caller who waits for a job that nobody else can know of. Returns what counts the caller as gone without
   * an answer: a job that all callers have left goes on, but the engine does not hang on it.
   */
  awaited(job: Job): () => void;
}

interface Running {
  readonly stopped: AbortController;
  readonly abandoned: AbortController;
}

/** A caller whose connection broke may come back with the same request. */
const returnMs = 1_000;

export function createJobStops(): JobStops {
  const running = new Map<Job, Running>();
  /** Those that were answered still count: they know of the job. */
  const callers = new WeakMap<Job, number>();
  return {
    async run(job, durable, work) {
      const stopped = new AbortController();
      const abandoned = new AbortController();
      let isLate = job.configuration.query === undefined;
      const mayCommit = () => {
        stopped.signal.throwIfAborted();
        refuseIfCancelled(job);
        isLate = true;
      };
      const early = new Promise<never>((_, reject) => {
        stopped.signal.addEventListener('abort', () => {
          if (!isLate) reject(stopped.signal.reason);
        });
      });
      running.set(job, { stopped, abandoned });
      const timer = atTimeout(job, (error) => stopped.abort(error));
      const tag = { job: durable ? jobKey(job.reference) : undefined, mayCommit };
      const signals = { stopped: stopped.signal, abandoned: abandoned.signal };
      try {
        return await Promise.race([asJob(tag, () => work(signals)), early]);
      } finally {
        clearTimeout(timer);
        running.delete(job);
      }
    },
    cancel(job) {
      job.cancelled = true;
      running.get(job)?.stopped.abort(cancelledError());
    },
    awaited(job) {
      callers.set(job, (callers.get(job) ?? 0) + 1);
      return () => {
        const others = (callers.get(job) ?? 1) - 1;
        if (others > 0) {
          callers.set(job, others);
          return;
        }
        callers.delete(job);
        const abandon = () => {
          if (!callers.has(job)) running.get(job)?.abandoned.abort(abandonedError());
        };
        if (running.has(job)) setTimeout(abandon, returnMs).unref();
      };
    },
  };
}

/** @throws BigQueryError `stopped` */
export function refuseIfCancelled({ cancelled }: Job): void {
  if (cancelled) throw cancelledError();
}

/**
 * BigQuery attempts to stop a job that is past its time, which may fail: here only queries are stopped, which could
 * keep the engine busy. The words were seen in https://github.com/googleapis/python-bigquery-pandas/pull/492.
 */
function atTimeout({ configuration }: Job, stop: (error: BigQueryError) => void): NodeJS.Timeout | undefined {
  const { query, jobTimeoutMs } = configuration;
  const milliseconds = query === undefined ? 0 : Number(jobTimeoutMs ?? 0);
  if (!(milliseconds > 0 && milliseconds < 2 ** 31)) return undefined;
  const seconds = Math.floor(milliseconds / 1000);
  const error = stoppedError(`Job timed out after ${seconds}s`);
  return setTimeout(() => stop(error), milliseconds).unref();
}

const cancelledError = () => stoppedError('User requested cancellation');

const stoppedError = (why: string) => new BigQueryError('stopped', `Job execution was cancelled: ${why}`);

/** Whoever sends the same request again starts the job again. */
const abandonedError = () =>
  new BigQueryError('backendError', 'The caller left before the job was done, and it took too long.');
