import type { Clock } from './clock';

/**
 * The same reading, whose result is told again for so many milliseconds after it began, or for as many as its caller
 * says. Whoever asks while it is read waits for the same, however long that takes: there is one at a time. A failure is
 * told to those who wait for it, and not kept.
 *
 * @param isKept which results are kept: all unless given
 */
export function createKept<T>(
  read: () => Promise<T>,
  keptMs: number,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
  isKept: (result: T) => boolean = () => true,
): (atMostMs?: number) => Promise<T> {
  let last: { readonly atMs: number; readonly result: Promise<T>; isUnderWay: boolean } | undefined;
  return (atMostMs = keptMs) => {
    if (last !== undefined && (last.isUnderWay || monotonicMs() - last.atMs < atMostMs)) return last.result;
    const atMs = monotonicMs();
    const result = read();
    const now = { atMs, result, isUnderWay: true };
    last = now;
    const forget = () => {
      if (last === now) last = undefined;
    };
    result.then((found) => {
      now.isUnderWay = false;
      if (!isKept(found)) forget();
    }, forget);
    return result;
  };
}
