/** Those who wait for a place: each holder once, in the order in which they came, with all work that waits with it. */
export interface WaitingLine {
  /** How many holders wait. */
  readonly length: () => number;
  /** How much of the holder's work waits. */
  readonly waitingOf: (holder: string) => number;
  /** Since when the first has waited; undefined where nobody does. */
  readonly firstSinceMs: () => number | undefined;
  /**
   * Waits. Resolves to whether the turn has come: not where that takes too long. What a holder brings later waits no
   * longer than what it brought first.
   */
  readonly join: (holder: string) => Promise<boolean>;
  /** Lets the first holder go, and tells who that is and how much of its work goes on. */
  readonly next: () => { readonly holder: string; readonly pieces: number } | undefined;
}

interface Waiting {
  readonly sinceMs: number;
  readonly timer: NodeJS.Timeout;
  readonly pieces: ((hasTurn: boolean) => void)[];
}

export function createWaitingLine(monotonicMs: () => number, longestMs: number): WaitingLine {
  const line = new Map<string, Waiting>();

  function leave(holder: string, hasTurn: boolean): number {
    const waiting = line.get(holder);
    if (waiting === undefined) return 0;
    line.delete(holder);
    clearTimeout(waiting.timer);
    for (const go of waiting.pieces) go(hasTurn);
    return waiting.pieces.length;
  }

  return {
    length: () => line.size,
    waitingOf: (holder) => line.get(holder)?.pieces.length ?? 0,
    firstSinceMs: () => {
      for (const { sinceMs } of line.values()) return sinceMs;
      return undefined;
    },
    join: (holder) =>
      new Promise((resolve) => {
        const waiting = line.get(holder);
        if (waiting !== undefined) {
          waiting.pieces.push(resolve);
          return;
        }
        const timer = setTimeout(() => leave(holder, false), longestMs);
        line.set(holder, { sinceMs: monotonicMs(), timer, pieces: [resolve] });
      }),
    next: () => {
      for (const holder of line.keys()) return { holder, pieces: leave(holder, true) };
      return undefined;
    },
  };
}
