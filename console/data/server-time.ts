/** How far the server's clock is ahead of the viewer's, in milliseconds; 0 while they about agree. */
let leadMs = 0;

/** What Date tells is of whole seconds and was some time on the way: a difference below this tells nothing. */
const noticedMs = 3_000;

/** @param date an answer's header Date; null or no date: nothing is heard */
export function hearServerTime(date: string | null, now = Date.now()): void {
  const heard = Date.parse(date ?? '') - now;
  if (Math.abs(heard - leadMs) > noticedMs) leadMs = Math.abs(heard) > noticedMs ? heard : 0;
}

/** The time by the server's clock, by which it writes down when runs begin and end. */
export const serverNow = (now = Date.now()): number => now + leadMs;
