/** How late this process's event loop is: what it has to do besides keeps every answer waiting so long. */
export interface LoopLag {
  /** Looks from now on. */
  readonly begin: () => void;
  /** Looks no longer: nothing is to keep an idle process awake. */
  readonly end: () => void;
  /** What was seen of late, in milliseconds. */
  readonly recentMs: () => number;
}

/** In milliseconds. */
const everyMs = 25;
/** What is left of a lag at the next look: so a short one is soon forgotten. */
const remembered = 0.8;

/**
 * A timer that fires late shows it. (Node's own perf_hooks.monitorEventLoopDelay would go on while nothing is
 * done.)
 * @param onLag is told at each look
 */
export function createLoopLag(monotonicMs: () => number, onLag: (lagMs: number) => void): LoopLag {
  let timer: NodeJS.Timeout | undefined;
  let recentMs = 0;
  const look = () => {
    const dueMs = monotonicMs() + everyMs;
    timer = setTimeout(() => {
      const lagMs = Math.max(0, monotonicMs() - dueMs);
      recentMs = Math.max(lagMs, recentMs * remembered);
      onLag(lagMs);
      look();
    }, everyMs);
    timer.unref();
  };
  return {
    begin: () => {
      if (timer === undefined) look();
    },
    end: () => {
      clearTimeout(timer);
      timer = undefined;
    },
    recentMs: () => recentMs,
  };
}
