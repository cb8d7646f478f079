/** How late this process's event loop is: what it has to do besides keeps every answer waiting so long. */
export interface LoopLag {
  /** Looks once: a timer that fires late shows it. */
  readonly look: () => void;
  /** The most that was seen within the last second, in milliseconds. */
  readonly recentMs: () => number;
}

/** In milliseconds. */
const soonMs = 1;
const recentlyMs = 1_000;

/**
 * (Node's own perf_hooks.monitorEventLoopDelay would go on while nothing is done.)
 * @param onLag is told what each look shows
 */
export function createLoopLag(monotonicMs: () => number, onLag: (lagMs: number) => void): LoopLag {
  let isLooking = false;
  let most = { lagMs: 0, seenAt: Number.NEGATIVE_INFINITY };
  const recentMs = () => (monotonicMs() - most.seenAt < recentlyMs ? most.lagMs : 0);
  return {
    look: () => {
      if (isLooking) return;
      isLooking = true;
      const dueMs = monotonicMs() + soonMs;
      const timer = setTimeout(() => {
        isLooking = false;
        const lagMs = Math.max(0, monotonicMs() - dueMs);
        if (lagMs >= recentMs()) most = { lagMs, seenAt: monotonicMs() };
        onLag(lagMs);
      }, soonMs);
      timer.unref();
    },
    recentMs,
  };
}
