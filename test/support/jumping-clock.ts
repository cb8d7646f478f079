import type { Clock } from '../../shared/support/clock';

/** A clock that stands still until it is told otherwise. */
export interface JumpingClock extends Clock {
  /** So many milliseconds pass. */
  readonly pass: (milliseconds: number) => void;
  /** The time of day jumps by so many milliseconds, while no time passes. */
  readonly jump: (milliseconds: number) => void;
}

export function createJumpingClock(start = '2026-11-30T12:00:00Z'): JumpingClock {
  let time = Date.parse(start);
  // As in a process that is no longer young: monotonic time does not begin with it.
  let elapsed = 12_345.678;
  return {
    now: () => new Date(time),
    monotonicMs: () => elapsed,
    pass(milliseconds) {
      time += milliseconds;
      elapsed += milliseconds;
    },
    jump(milliseconds) {
      time += milliseconds;
    },
  };
}

export const hours = (count: number): number => count * 3_600_000;
