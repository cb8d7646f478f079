import { Cron } from 'croner';
import type { Schedule } from '../../../shared/definitions/schedules';
import { attempt, rfc3339, type ScheduledOutcome } from './attempt';

/** Tells the time and waits for it; tests pass in their own. */
export type SchedulerClock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `callback` after so many milliseconds, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
};

const systemClock: SchedulerClock = {
  now: Date.now,
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

export type SchedulerOptions = {
  jobs: readonly Schedule[];
  /** The URL of a job's function. */
  target: (job: Schedule) => string;
  log?: (line: string) => void;
  clock?: SchedulerClock | undefined;
};

export type Scheduler = {
  jobs: readonly Schedule[];
  /** Calls a job's function once, now; undefined when there is no such job. */
  run(name: string, scheduleTime?: Date): Promise<ScheduledOutcome | undefined>;
  /** Stops waiting and aborts the calls under way. */
  close(): void;
};

/** Node's timers hold at most 2^31 ms; and after a machine slept, the clock is looked at within the hour. */
const longestWaitMs = 3_600_000;

/**
 * Runs the jobs at their times. A call carries the time that was planned, however late it comes; a failed
 * call is repeated after pauses that double, as the job's retry rule says. Of the times that passed while the
 * machine slept only the first is made up for.
 * @throws Error when croner does not understand a job's schedule
 */
export const startScheduler = ({
  jobs,
  target,
  log = () => {},
  clock = systemClock,
}: SchedulerOptions): Scheduler => {
  const closed = new AbortController();
  const { signal } = closed;

  const waits = new Set<() => void>();

  const wait = (milliseconds: number, callback: () => void): void => {
    const cancel = clock.after(milliseconds, () => {
      waits.delete(cancel);
      callback();
    });
    waits.add(cancel);
  };

  /** Jobs whose last call was answered as it should be: what goes on so is not said again, each minute. */
  const well = new Set<string>();

  const fire = async (job: Schedule, scheduleTime: Date, failures = 0): Promise<void> => {
    const outcome = await attempt(job, target(job), scheduleTime, signal);
    if (signal.aborted) return;
    const planned = `${job.name}, planned for ${rfc3339(scheduleTime)}`;
    if (outcome.ok) {
      if (!well.has(job.name)) log(`${planned}: done`);
      well.add(job.name);
      return;
    }
    well.delete(job.name);
    if (failures >= job.retry.count) return log(`${planned}: given up: ${outcome.detail}`);
    const pause = backoffSeconds(job.retry, failures);
    log(`${planned}: failed, again in ${pause} s: ${outcome.detail}`);
    wait(pause * 1000, () => void fire(job, scheduleTime, failures + 1));
  };

  const plan = (job: Schedule, cron: Cron): void => {
    const next = cron.nextRun(new Date(clock.now()));
    if (next) waitUntil(job, cron, next);
  };

  const waitUntil = (job: Schedule, cron: Cron, time: Date): void => {
    const remaining = time.getTime() - clock.now();
    if (remaining > 0) {
      wait(Math.min(remaining, longestWaitMs), () => waitUntil(job, cron, time));
      return;
    }
    void fire(job, time);
    plan(job, cron);
  };

  for (const job of jobs) {
    plan(job, new Cron(job.schedule, { timezone: job.timeZone, mode: '5-part', paused: true }));
  }

  return {
    jobs,
    run: async (name, scheduleTime = new Date(clock.now())) => {
      const job = jobs.find((candidate) => candidate.name === name);
      return job && attempt(job, target(job), scheduleTime, signal);
    },
    close: () => {
      for (const cancel of waits) cancel();
      waits.clear();
      closed.abort();
    },
  };
};

const backoffSeconds = (
  { minBackoffSeconds, maxBackoffSeconds }: Schedule['retry'],
  failures: number,
): number => Math.min(maxBackoffSeconds, minBackoffSeconds * 2 ** failures);
