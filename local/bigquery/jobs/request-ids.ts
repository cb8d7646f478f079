import type { Job } from './job';

/**
 * Recognises a repeated jobs.query by its requestId, so that a client's own retry runs no statement twice.
 */
export interface RequestIds {
  /** The job that was started under this id in the last 15 minutes, else the one that `start` begins. */
  once(requestId: string | undefined, start: () => Promise<Job>): Promise<Job>;
}

const keptMilliseconds = 15 * 60 * 1000;
const keptRequests = 10_000;

export function createRequestIds(now: () => number = () => performance.now()): RequestIds {
  const known = new Map<string, { readonly job: Promise<Job>; readonly added: number }>();
  function trim(): void {
    for (const [id, { added }] of known) {
      if (known.size <= keptRequests && now() - added < keptMilliseconds) return;
      known.delete(id);
    }
  }
  return {
    once(requestId, start) {
      if (requestId === undefined || requestId === '') return start();
      trim();
      const found = known.get(requestId);
      if (found !== undefined) return found.job;
      const job = start();
      known.set(requestId, { job, added: now() });
      void forgetFailures(requestId, job);
      return job;
    },
  };

  /** A request that failed for now and changed nothing may be tried again under the same id. */
  async function forgetFailures(requestId: string, started: Promise<Job>): Promise<void> {
    try {
      const job = await started;
      await job.done;
      if (job.outcome?.error?.reason === 'backendError') known.delete(requestId);
    } catch {
      known.delete(requestId);
    }
  }
}
