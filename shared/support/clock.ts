/**
 * The two times of a process. The time of day can jump, both ways: a machine's clock is set right, or wrongly.
 * Monotonic time only goes forward, evenly, but means nothing to another process. So what is stored or told
 * is a time of day, and what is an age, a duration or a time limit is counted in monotonic time.
 */
export interface Clock {
  /** The time of day. */
  readonly now: () => Date;
  /** Milliseconds since some moment of this process. */
  readonly monotonicMs: () => number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/**
 * A time of day that goes on evenly from now, whatever the clock says meanwhile. The times that one piece of
 * work takes from it are in order, and differ by as much as has passed between them.
 */
export function steadyTime({ now, monotonicMs }: Clock): () => Date {
  const begin = now().getTime();
  const began = monotonicMs();
  return () => new Date(begin + Math.floor(monotonicMs() - began));
}

/**
 * Milliseconds from one time to another; 0 where they are in the wrong order, because they come from two
 * processes whose clocks differ, or from one whose clock has jumped.
 */
export const durationMs = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime());
