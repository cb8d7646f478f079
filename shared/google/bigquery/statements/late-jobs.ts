import type { StatementJob } from './query-answer';

/**
 * Jobs of mutating statements that were still under way when their callers' time was up. They go on at
 * BigQuery, and a repeat beside one would be another statement in the table's queue of 20.
 */
export interface LateJobs {
  /** A job that is not over yet, and is waited for until its caller's time is up (performance.now). */
  readonly watch: (key: string, job: StatementJob, until: number) => WatchedJob;
  /** The jobs of a key that nobody waits for any more, and that are not known to be over. */
  readonly of: (key: string) => readonly WatchedJob[];
}

export interface WatchedJob {
  readonly job: StatementJob;
  /** Its caller has given up before its time. */
  readonly giveUp: () => void;
  readonly isOver: () => void;
}

/** Most are over soon, but only a repeat asks. */
const keptAtMost = 1_000;

export function createLateJobs(now: () => number = () => performance.now()): LateJobs {
  const jobs = new Set<WatchedJob & { readonly key: string; until: number }>();
  return {
    watch(key, job, until) {
      const watched = {
        key,
        job,
        until,
        giveUp() {
          watched.until = 0;
        },
        isOver() {
          jobs.delete(watched);
        },
      };
      jobs.add(watched);
      for (const oldest of jobs) {
        if (jobs.size <= keptAtMost) break;
        jobs.delete(oldest);
      }
      return watched;
    },
    of: (key) => [...jobs].filter((watched) => watched.key === key && watched.until <= now()),
  };
}
