/** Dates and times, from texts to the engine's numbers and back. */
const dayMilliseconds = 86_400_000;
const timePattern = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6})\d*)?$/;
const datePattern = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

/** Days since 1970 of a text like `2024-09-01`; undefined where it is no date. */
export function daysOfDate(text: string): number | undefined {
  const found = datePattern.exec(text);
  if (found === null) return undefined;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCFullYear() !== year) return undefined;
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / dayMilliseconds;
}

export function dateOfDays(days: number): string {
  const date = new Date(days * dayMilliseconds);
  return `${padded(date.getUTCFullYear(), 4)}-${padded(date.getUTCMonth() + 1, 2)}-${padded(date.getUTCDate(), 2)}`;
}

export function parseTime(text: string): TimeOfDay | undefined {
  const found = timePattern.exec(text);
  if (found === null) return undefined;
  const time = {
    hour: Number(found[1]),
    minute: Number(found[2]),
    second: Number(found[3]),
    microsecond: Number((found[4] ?? '').padEnd(6, '0')),
  };
  return time.hour < 24 && time.minute < 60 && time.second < 60 ? time : undefined;
}

/** `10:11:12` or `10:11:12.500000`. */
export function formatTime(time: TimeOfDay): string {
  const seconds = `${padded(time.hour, 2)}:${padded(time.minute, 2)}:${padded(time.second, 2)}`;
  return time.microsecond === 0 ? seconds : `${seconds}.${padded(time.microsecond, 6)}`;
}

/** ZetaSQL's packed TIME: nanoseconds in 30 bits, then 6 bits of seconds, 6 of minutes, and hours. */
export function packTime(time: TimeOfDay): bigint {
  const clock = BigInt(time.hour * 4096 + time.minute * 64 + time.second);
  return (clock << 30n) | BigInt(time.microsecond * 1000);
}

export function unpackTime(packed: bigint): TimeOfDay {
  const microsecond = Math.floor(Number(packed & 0x3fffffffn) / 1000);
  return { ...unpackClock(Number(packed >> 30n)), microsecond };
}

function unpackClock(clock: number): Omit<TimeOfDay, 'microsecond'> {
  return { hour: (clock >> 12) & 31, minute: (clock >> 6) & 63, second: clock & 63 };
}

/** ZetaSQL's packed DATETIME seconds: the clock in 17 bits, then 5 bits of days, 4 of months, and years. */
export function packDatetime(text: string): { readonly seconds: bigint; readonly nanos: number } | undefined {
  const [date = '', clock = ''] = text.split(/[T ]/);
  const found = datePattern.exec(date);
  const time = parseTime(clock === '' ? '00:00:00' : clock);
  if (found === null || time === undefined || daysOfDate(date) === undefined) return undefined;
  const day = (BigInt(Number(found[1])) << 9n) | BigInt(Number(found[2]) * 32 + Number(found[3]));
  const seconds = (day << 17n) | BigInt(time.hour * 4096 + time.minute * 64 + time.second);
  return { seconds, nanos: time.microsecond * 1000 };
}

export function unpackDatetime(seconds: bigint, nanos: number): string {
  const day = Number(seconds >> 17n);
  const time = { ...unpackClock(Number(seconds & 0x1ffffn)), microsecond: Math.floor(nanos / 1000) };
  return `${padded(day >> 9, 4)}-${padded((day >> 5) & 15, 2)}-${padded(day & 31, 2)}T${formatTime(time)}`;
}

const zonePattern = /(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)$/i;

/**
 * Microseconds since 1970 of a timestamp text: date, optional time, optional zone (Z, UTC or an offset; UTC
 * without one). Undefined where it is no timestamp.
 */
export function microsecondsOfTimestamp(text: string): bigint | undefined {
  const [, date = '', rest = ''] = /^([\d-]+)(?:[Tt]| +)?(.*)$/.exec(text.trim()) ?? [];
  const zone = zonePattern.exec(rest);
  const clock = (zone === null ? rest : rest.slice(0, zone.index)).trimEnd();
  const days = daysOfDate(date);
  const time = parseTime(clock === '' ? '00:00:00' : clock);
  const offset = offsetMinutes(zone?.[1]);
  if (days === undefined || time === undefined || offset === undefined) return undefined;
  const seconds = days * 86_400 + time.hour * 3600 + time.minute * 60 + time.second - offset * 60;
  return BigInt(seconds) * 1_000_000n + BigInt(time.microsecond);
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || /^(z|utc)$/i.test(zone)) return 0;
  const found = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (found === null) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? '0');
  return found[1] === '-' ? -minutes : minutes;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
