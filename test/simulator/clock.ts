/** The time that every instance goes by: it runs as fast as real time does, and can be put forward. */
export interface Clock {
  readonly now: () => Date;
  /** Puts the clock forward by so many milliseconds. */
  readonly jump: (milliseconds: number) => void;
}

/** @param start milliseconds since 1970 */
export function createClock(start: number): Clock {
  const began = performance.now();
  let ahead = 0;
  return {
    now: () => new Date(start + ahead + Math.floor(performance.now() - began)),
    jump(milliseconds) {
      ahead += milliseconds;
    },
  };
}
