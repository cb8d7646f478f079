import { Cron } from 'croner';
import type { Schedule } from '../../../shared/definitions/schedules';
import { attempt, type Outcome, rfc3339 } from './attempt';
import { type Clock, systemClock } from './clock';

export type SchedulerOptions = {
  jobs: readonly Schedule[];
  /** The URL that a job's function answers at. */
  target: (job: Schedule) => string;
  log?: (line: string) => void;
  clock?: Clock;
};

export type Scheduler = {
  jobs: readonly Schedule[];
  /** Calls a job's function once, now; undefined when there is no such job. */
  run(name: string, scheduleTime?: Date): Promise<Outcome | undefined>;
  /** Ends all waiting and aborts the calls under way. */
  close(): void;
};

/** A timer may not be longer than 2^31 ms; and the clock of a machine that slept is looked at again after an hour. */
const longestWaitMs = 3_600_000;

/**
 * Runs the jobs at their times. The time that a call carries is the one that was planned, however late it comes; a
 * failed call is repeated with doubling pauses as the job's retry rule says. Times that passed while the machine slept
 * are not made up for, except the first.
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

  const fire = async (job: Schedule, scheduleTime: Date, failures = 0): Promise<void> => {
    const outcome = await attempt(job, target(job), scheduleTime, signal);
    if (signal.aborted) return;
    const planned = `${job.name}, planned for ${rfc3339(scheduleTime)}`;
    if (outcome.ok) return log(`${planned}: done`);
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
