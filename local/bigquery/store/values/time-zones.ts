/** Minutes east of UTC of a local time ("2024-09-01", "10:11:12[.ffffff]"). */
export type OffsetOf = (date: string, time: string) => number;

/**
 * The offsets of a zone: an IANA name, `UTC`, or `[UTC|GMT]+hh[:mm]`. Of a time that a change to summer time
 * leaves out, or that the change back has twice, the offset before the change counts, as in GoogleSQL.
 * @throws RangeError for what is no time zone
 */
export function offsetsOfZone(zone: string): OffsetOf {
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(zone);
  if (fixed !== null) {
    const [, sign, hours = '0', minutes = '0'] = fixed;
    const offset = Number(hours) * 60 + Number(minutes);
    return () => (sign === '-' ? -offset : offset);
  }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    },
  });
  const offsetAt = (milliseconds: number): number => {
    const parts = Object.fromEntries(
      format.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return Math.round((local - Math.floor(milliseconds / 1000) * 1000) / 60_000);
  };
  const dayMs = 86_400_000;
  return (date, time) => {
    const local = Date.parse(`${date}T${time.slice(0, 8)}Z`);
    const before = offsetAt(local - dayMs);
    const after = offsetAt(local + dayMs);
    if (before === after) return before;
    const isBefore = offsetAt(local - before * 60_000) === before;
    const isAfter = offsetAt(local - after * 60_000) === after;
    return isBefore || !isAfter ? before : after;
  };
}
