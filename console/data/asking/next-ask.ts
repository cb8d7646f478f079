/** After a failure that may pass, the first pause; each further one is twice as long, up to the longest. */
const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

interface LastAsk {
  /** How often it has failed since it was answered last. */
  readonly failures: number;
  /** Whether the failure may pass by itself. */
  readonly isPassing: boolean;
  /** How long after an answer it is asked again; undefined: it is not. */
  readonly everyMs: number | undefined;
  /** Evenly from 0 up to 1: what has failed for many pages at once is not asked for by all at once. */
  readonly random: number;
}

/** How long to wait before asking again; undefined: it is not asked again by itself. Pure. */
export function nextAskMs({ failures, isPassing, everyMs, random }: LastAsk): number | undefined {
  if (failures === 0) return everyMs;
  // What is refused is so again, until somebody changes something.
  if (!isPassing) return everyMs && Math.max(everyMs, longestPauseMs);
  return Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs) * (1 - random / 4);
}
