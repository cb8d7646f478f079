/** Times as people read them: in the viewer's zone, with UTC beside it. Pure but for the zone. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** 30 Nov, 19:16:05; the year where it is not this one. In the viewer's zone unless another is given. */
export function localTime(at: string, now: number, timeZone?: string): string {
  const time = new Date(at);
  const isThisYear = time.getUTCFullYear() === new Date(now).getUTCFullYear();
  return formatOf(isThisYear, timeZone).format(time);
}

/** Made once: making one takes longer than a thousand times of its use. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(isThisYear: boolean, timeZone: string | undefined): Intl.DateTimeFormat {
  const name = `${isThisYear} ${timeZone}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
  });
  formats.set(name, made);
  return made;
}

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
export const dayOf = (time: number): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(time);
