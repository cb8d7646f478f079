import { availableParallelism } from 'node:os';

/**
 * Lets a few pieces of work run at once; of those that wait, keys take turns, so that one with many does not keep
 * the others waiting.
 */
export type TakeTurns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** What takes longer keeps no place: a few long queries must not hold up everything else. In milliseconds. */
const longestPlaceMs = 500;

/** @param atOnce as many as the machine has processors, unless given; two at least */
export function createTakeTurns(
  atOnce: number = Math.max(2, availableParallelism()),
  placeMs: number = longestPlaceMs,
): TakeTurns {
  /** In the order of their turns. None is empty. */
  const lines = new Map<string, (() => void)[]>();
  let running = 0;

  const leave = () => {
    for (const [key, line] of lines) {
      const first = line.shift();
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      // Whoever ends hands its place over, so `running` does not change.
      first?.();
      return;
    }
    running -= 1;
  };
  const enter = (key: string): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const line = lines.get(key);
      if (line === undefined) lines.set(key, [resolve]);
      else line.push(resolve);
    });
  };
  return async (key, work) => {
    await enter(key);
    let isHeld = true;
    const leaveOnce = () => {
      if (isHeld) leave();
      isHeld = false;
    };
    const timer = setTimeout(leaveOnce, placeMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leaveOnce();
    }
  };
}
