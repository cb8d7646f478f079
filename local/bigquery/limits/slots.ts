/**
 * Lets a number of pieces of work run at once; more wait in line, and what finds the line full is refused.
 */
export interface Slots {
  /** Runs `work` when it is its turn. @throws what `refuse` makes, if too many wait */
  run<T>(work: () => Promise<T>, refuse: () => Error): Promise<T>;
}

export function createSlots(limit: { readonly running: number; readonly queued: number }): Slots {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work, refuse) {
      if (running < limit.running) {
        running += 1;
      } else {
        if (waiting.length >= limit.queued) throw refuse();
        // Whoever ends hands its place over, so `running` does not change.
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
