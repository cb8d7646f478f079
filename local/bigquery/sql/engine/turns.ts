import { availableParallelism } from 'node:os';

/**
 * Lets a few pieces of work run at once; of those that wait, keys take turns, so that one with many does not keep
 * the others waiting. While several keys come, none has all places, and one whose work takes its time rests after it for
 * as long: whoever comes with little finds a place free, and a processor with it.
 */
export type TakeTurns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export interface TurnTimes {
  /** What takes longer keeps no place: a few long queries must not hold up everything else. In milliseconds. */
  readonly placeMs: number;
  /** For so long after a key came the others leave a place free. In milliseconds. */
  readonly sharedMs: number;
  /** What takes less is not rested from, and nothing for longer than the other. In milliseconds. */
  readonly restFromMs: number;
  readonly longestRestMs: number;
  /** Never goes back. */
  readonly monotonicMs: () => number;
}

const usualTimes: TurnTimes = {
  placeMs: 500,
  sharedMs: 1_000,
  restFromMs: 25,
  longestRestMs: 250,
  monotonicMs: () => performance.now(),
};

/** @param atOnce as many as the machine has processors, unless given; two at least */
export function createTakeTurns(
  atOnce: number = Math.max(2, availableParallelism()),
  times: Partial<TurnTimes> = {},
): TakeTurns {
  const { placeMs, sharedMs, restFromMs, longestRestMs, monotonicMs } = { ...usualTimes, ...times };
  /** In the order of their turns. None is empty. */
  const lines = new Map<string, (() => void)[]>();
  /** How much of each key has a place. */
  const placesOf = new Map<string, number>();
  /** Which keys rest, and until when. */
  const restingUntil = new Map<string, number>();
  let taken = 0;
  /** Which key came last, and when; and the last one before it that was another. */
  let last = { key: '', at: Number.NEGATIVE_INFINITY };
  let lastOther = last;

  const hold = (key: string, change: 1 | -1) => {
    taken += change;
    const places = (placesOf.get(key) ?? 0) + change;
    if (places === 0) placesOf.delete(key);
    else placesOf.set(key, places);
  };
  const othersCome = (key: string): boolean =>
    monotonicMs() - (key === last.key ? lastOther : last).at < sharedMs;
  const isResting = (key: string): boolean =>
    othersCome(key) && monotonicMs() < (restingUntil.get(key) ?? Number.NEGATIVE_INFINITY);
  const mayGo = (key: string): boolean => {
    if (taken >= atOnce || isResting(key)) return false;
    const isLastPlace = (placesOf.get(key) ?? 0) > 0 && taken === atOnce - 1;
    return !isLastPlace || !othersCome(key);
  };

  const letGo = () => {
    // A key that has had its turn is the last one in the map then, so it comes again if there is still a place.
    for (const [key, line] of lines) {
      if (!mayGo(key)) continue;
      const go = line.shift();
      lines.delete(key);
      if (line.length > 0) lines.set(key, line);
      hold(key, 1);
      go?.();
    }
  };
  const rest = (key: string, workedMs: number) => {
    if (workedMs < restFromMs || !othersCome(key)) return;
    restingUntil.set(key, monotonicMs() + Math.min(workedMs, longestRestMs));
    wake(key);
  };
  const wake = (key: string) => {
    const leftMs = (restingUntil.get(key) ?? Number.NEGATIVE_INFINITY) - monotonicMs();
    if (leftMs > 0) {
      setTimeout(() => wake(key), Math.ceil(leftMs));
      return;
    }
    restingUntil.delete(key);
    letGo();
  };
  const enter = (key: string): Promise<void> => {
    if (key !== last.key) lastOther = last;
    last = { key, at: monotonicMs() };
    return new Promise((resolve) => {
      const line = lines.get(key);
      if (line === undefined) lines.set(key, [resolve]);
      else line.push(resolve);
      letGo();
    });
  };
  return async (key, work) => {
    await enter(key);
    const since = monotonicMs();
    let isHeld = true;
    const leaveOnce = () => {
      if (!isHeld) return;
      isHeld = false;
      hold(key, -1);
      rest(key, monotonicMs() - since);
      letGo();
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
