/** Times as people read them: in the viewer's zone, with UTC beside it. Pure but for the zone. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** 24 Nov; by a clock as RFC 3339 writes it. */
const dayOn = (clock: string): string =>
  `${Number(clock.slice(8, 10))} ${months[Number(clock.slice(5, 7)) - 1]}`;

/**
 * What the viewer's clock shows, as RFC 3339 writes it for UTC. With the words above it takes the place of
 * Intl.DateTimeFormat: to make the first one of those takes a browser 15 ms, before anything is shown.
 */
const ownClock = (time: number): string =>
  new Date(time - new Date(time).getTimezoneOffset() * minute).toISOString();

/** 30 Nov, 19:16:05; the year where it is not this one. In the viewer's zone. */
export function localTime(at: string, now: number): string {
  const clock = ownClock(Date.parse(at));
  const year = clock.slice(0, 4);
  return `${dayOn(clock)}${year === ownClock(now).slice(0, 4) ? '' : ` ${year}`}, ${clock.slice(11, 19)}`;
}

/** The day, and the hour and minute, in the viewer's zone; of a whole day, UTC. @param time in milliseconds since 1970 */
export function dayAndHour(time: number, isDaily: boolean): readonly [day: string, hour: string] {
  const clock = isDaily ? new Date(time).toISOString() : ownClock(time);
  return [dayOn(clock), clock.slice(11, 16)];
}

/** The viewer's zone, by its name. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** 2026-11-30 19:16:05 UTC */
export const utcTime = (at: string): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** 12 s ago, 5 min ago, in 3 h; days beyond two are told as a time. */
export function ago(at: string, now: number): string {
  const ms = now - Date.parse(at);
  const far = Math.abs(ms);
  if (far < 5_000) return 'just now';
  const told =
    far < minute
      ? `${Math.round(far / 1_000)} s`
      : far < hour
        ? `${Math.round(far / minute)} min`
        : far < 2 * day
          ? `${Math.round(far / hour)} h`
          : `${Math.round(far / day)} d`;
  return ms >= 0 ? `${told} ago` : `in ${told}`;
}

/** The month of a time, UTC: quotas and bills go by it. */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** 24 Nov: a day of UTC. @param time in milliseconds since 1970 */
export const dayOf = (time: number): string => dayAndHour(time, true)[0];
