import type { Clock } from './clock';

/**
 * The same reading, whose result is told again for so many milliseconds after it began, or for fewer where its caller
 * says so. Whoever asks while it is read
 * waits for the same. A failure is told to those who wait for it, and not kept.
 *
 * @param isKept which results are kept: all unless given
 */
export function createKept<T>(
  read: () => Promise<T>,
  keptMs: number,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
  isKept: (result: T) => boolean = () => true,
): (atMostMs?: number) => Promise<T> {
  let last: { readonly atMs: number; readonly result: Promise<T> } | undefined;
  return (atMostMs = keptMs) => {
    if (last !== undefined && monotonicMs() - last.atMs < atMostMs) return last.result;
    const result = read();
    const now = { atMs: monotonicMs(), result };
    last = now;
    const forget = () => {
      if (last === now) last = undefined;
    };
    result.then((found) => isKept(found) || forget(), forget);
    return result;
  };
}
