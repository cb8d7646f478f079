/** The clock of all instances. It runs as fast as real time, and can be put forward. */
export interface Clock {
  readonly now: () => Date;
  /** Puts the clock forward by so many milliseconds. */
  readonly jump: (milliseconds: number) => void;
}

/**
 * @param start milliseconds since 1970
 * @param setAhead is told at each jump by how many milliseconds this clock is ahead of the real one
 */
export function createClock(start: number, setAhead: (milliseconds: number) => void = () => {}): Clock {
  const began = performance.now();
  let ahead = 0;
  const now = () => new Date(start + ahead + Math.floor(performance.now() - began));
  return {
    now,
    jump(milliseconds) {
      ahead += milliseconds;
      setAhead(now().getTime() - Date.now());
    },
  };
}
