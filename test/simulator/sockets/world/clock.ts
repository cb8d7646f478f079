import type { Clock } from '../../../../shared/support/clock';

/** The clock of all instances. It runs as fast as real time, and can be put forward. */
export interface SimulatedClock extends Clock {
  /** So many milliseconds pass at once. */
  readonly jump: (milliseconds: number) => void;
}

/**
 * @param start milliseconds since 1970
 * @param setAhead is told at each jump by how many milliseconds this clock is ahead of the real one
 */
export function createClock(
  start: number,
  setAhead: (milliseconds: number) => void = () => {},
): SimulatedClock {
  const began = performance.now();
  let ahead = 0;
  const monotonicMs = () => ahead + Math.floor(performance.now() - began);
  const now = () => new Date(start + monotonicMs());
  return {
    now,
    monotonicMs,
    jump(milliseconds) {
      ahead += milliseconds;
      setAhead(now().getTime() - Date.now());
    },
  };
}
