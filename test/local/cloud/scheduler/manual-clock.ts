import type { SchedulerClock } from '../../../../local/cloud/scheduler/scheduler';

/** A clock that stands still until it is moved. */
export const createManualClock = (start: string) => {
  let time = Date.parse(start);
  let waits: { at: number; callback: () => void }[] = [];

  const clock: SchedulerClock = {
    now: () => time,
    after: (milliseconds, callback) => {
      const wait = { at: time + milliseconds, callback };
      waits.push(wait);
      return () => {
        waits = waits.filter((other) => other !== wait);
      };
    },
  };

  return {
    clock,
    waiting: (): number => waits.length,
    /** Goes from one waited-for time to the next until `end`, each on time. */
    moveTo(end: string): void {
      const last = Date.parse(end);
      for (;;) {
        const [next] = waits.filter(({ at }) => at <= last).sort((a, b) => a.at - b.at);
        if (!next) break;
        waits = waits.filter((wait) => wait !== next);
        time = next.at;
        next.callback();
      }
      time = last;
    },
    /** Jumps, as when the machine slept: what was waited for comes late. */
    jumpTo(end: string): void {
      time = Date.parse(end);
      const due = waits.filter(({ at }) => at <= time);
      waits = waits.filter(({ at }) => at > time);
      for (const { callback } of due) callback();
    },
  };
};
