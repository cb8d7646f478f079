import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock';

/**
 * Resolves when its caller may begin, so that those who ask begin at most so many times a second: in the order in
 * which they ask, evenly.
 *
 * @param sleep for tests: waits for so many milliseconds
 */
export function createPace(
  perSecond: number,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
  sleep: (ms: number) => Promise<unknown> = wait,
): () => Promise<void> {
  let nextMs = 0;
  return async () => {
    const nowMs = monotonicMs();
    const beginMs = Math.max(nextMs, nowMs);
    nextMs = beginMs + 1000 / perSecond;
    if (beginMs > nowMs) await sleep(beginMs - nowMs);
  };
}
