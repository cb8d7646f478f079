const dayMs = 86_400_000;
/** All transitions of time zones since 1973 fall on one: so within a quarter of an hour a zone has one offset. */
const quarterMs = 900_000;
const mostKnownOffsets = 20_000;

/**
 * Wall-clock times are written as the milliseconds since 1970 at which a clock of UTC would show the same. The rules of
 * zones are those of the runtime (Intl).
 */

/** What a clock in the zone shows at an instant. Both in milliseconds. */
export const wallTimeAt = (instantMs: number, timeZone: string): number =>
  instantMs + offsetAt(instantMs, timeZone);

/**
 * The instant at which a clock in the zone shows a wall time: the first of two in the hour that comes twice in autumn;
 * right after the gap where clocks leave the time out in spring. Never earlier for a later wall time.
 */
export function instantOf(wallMs: number, timeZone: string): number {
  // Zones differ from UTC by less than a day, and change their offset less often than that.
  const before = offsetAt(wallMs - dayMs, timeZone);
  const after = offsetAt(wallMs + dayMs, timeZone);
  const shown = [wallMs - before, wallMs - after].filter(
    (instantMs) => wallTimeAt(instantMs, timeZone) === wallMs,
  );
  return shown.length > 0 ? Math.min(...shown) : endOfGap(wallMs - after, wallMs - before, timeZone);
}

/** The first instant of the offset that holds at `untilMs` and not yet at `fromMs`. */
function endOfGap(fromMs: number, untilMs: number, timeZone: string): number {
  const offset = offsetAt(untilMs, timeZone);
  let low = Math.floor(fromMs / quarterMs);
  let high = Math.floor(untilMs / quarterMs);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * quarterMs, timeZone) === offset) high = middle;
    else low = middle;
  }
  return high * quarterMs;
}

/** Whether the runtime has rules of a zone of this name. An offset such as +01:00 is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  // There are some six hundred names of zones.
  formats.set(timeZone, made);
  return made;
}

const offsets = new Map<string, number>();

/**
 * How far the zone's clocks are ahead of UTC at an instant, in milliseconds. On a day at whose ends they are the same
 * they do not change: so what is kept are the ends of days, for which every schedule of a zone asks.
 */
function offsetAt(instantMs: number, timeZone: string): number {
  const beginMs = Math.floor(instantMs / dayMs) * dayMs;
  const atBegin = knownOffset(beginMs, timeZone);
  if (atBegin === knownOffset(beginMs + dayMs, timeZone)) return atBegin;
  return knownOffset(Math.floor(instantMs / quarterMs) * quarterMs, timeZone);
}

function knownOffset(instantMs: number, timeZone: string): number {
  const name = `${timeZone} ${instantMs}`;
  const known = offsets.get(name);
  if (known !== undefined) return known;
  if (offsets.size >= mostKnownOffsets) offsets.clear();
  const figures = formatOf(timeZone).format(instantMs).match(/\d+/g)?.map(Number) ?? [];
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = figures;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - instantMs;
  offsets.set(name, offset);
  return offset;
}

/** The same with the offset from UTC that holds then, such as 2026-03-29T03:00:00+02:00. */
export function localTimeAt(instantMs: number, timeZone: string): string {
  const wallMs = wallTimeAt(instantMs, timeZone);
  const minutes = Math.round((wallMs - instantMs) / 60_000);
  const figures = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = figures.map((figure) => String(figure).padStart(2, '0')).join(':');
  return `${new Date(wallMs).toISOString().slice(0, 19)}${minutes < 0 ? '-' : '+'}${offset}`;
}
