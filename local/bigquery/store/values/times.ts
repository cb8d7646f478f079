import type { OffsetOf } from './time-zones';

const dateForm = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const timeForm = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9}))?)?$/;
const dateTimeForm =
  /^(\d{4}[-/]\d{1,2}[-/]\d{1,2})(?:[ Tt]+(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{0,9})?)?))?(.*)$/;
const zoneForm = /^ ?(?:([Zz]|UTC|GMT)|(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?)$/;
const epochForm = /^([+-]?)(\d{1,12})(?:\.(\d{0,9}))?$/;

/** "2024-09-01" of a date as BigQuery accepts it, or undefined. */
export function toDate(text: string): string | undefined {
  const match = dateForm.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = ''] = match;
  if (!isDay(Number(year), Number(month), Number(day))) return undefined;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** "10:11:12" or "10:11:12.500000", or undefined. */
export function toTime(text: string): string | undefined {
  const match = timeForm.exec(text);
  if (match === null) return undefined;
  const [, hour = '', minute = '', second = '0', fraction = ''] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = microsOf(fraction);
  const clock = [hour, minute, second].map((part) => part.padStart(2, '0')).join(':');
  return Number(micros) === 0 ? clock : `${clock}.${micros}`;
}

/** "2024-09-01T10:11:12[.ffffff]", or undefined. */
export function toDateTime(text: string): string | undefined {
  const parts = split(text);
  return parts === undefined || parts.zone !== '' ? undefined : `${parts.date}T${parts.time}`;
}

/**
 * Microseconds since 1970 UTC, as decimal digits, or undefined. Accepts what BigQuery's loads do: date and
 * time, with an offset, `Z`, `UTC` or no zone (then UTC, or what `localOffset` says), or seconds since 1970.
 */
export function toTimestamp(text: string, localOffset?: OffsetOf): string | undefined {
  const epoch = epochForm.exec(text);
  if (epoch !== null) return epochMicros(epoch);
  const parts = split(text);
  if (parts === undefined) return undefined;
  const { date, time, zone } = parts;
  const offset = zone === '' ? (localOffset?.(date, time) ?? 0) : offsetOf(zone);
  return offset === undefined ? undefined : microsOfMoment(date, time, offset);
}

const picosForm = /^(.*:\d{1,2}\.\d{6})(\d{1,6})([^\d].*)?$/;

/**
 * The same to the picosecond: those that are there stand behind a point. Before 1970 there are none, so that all are
 * decimal numbers in the order of their times.
 */
export function toPreciseTimestamp(text: string): string | undefined {
  const [, whole, picos = '', zone = ''] = picosForm.exec(text) ?? [];
  if (whole === undefined || /^0*$/.test(picos))
    return toTimestamp(whole === undefined ? text : whole + zone);
  const micros = toTimestamp(whole + zone);
  return micros !== undefined && /^[1-9]/.test(micros) ? `${micros}.${picos.padEnd(6, '0')}` : undefined;
}

/** A TIMESTAMP's cell without picoseconds. */
export const wholeMicros = (cell: string): string => cell.replace(/\..*$/, '');

/** Microseconds since 1970 UTC of a canonical date and time, `offset` minutes east of UTC. */
export function microsOfMoment(date: string, time: string, offset: number): string | undefined {
  const [clock = '', fraction = ''] = time.split('.');
  const milliseconds = Date.parse(`${date}T${clock}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  return String(BigInt(milliseconds - offset * 60_000) * 1000n + BigInt(microsOf(fraction)));
}

function split(text: string): { date: string; time: string; zone: string } | undefined {
  const match = dateTimeForm.exec(text);
  if (match === null) return undefined;
  const [, day = '', clock, zone = ''] = match;
  const date = toDate(day.replaceAll('/', '-'));
  const time = toTime(clock ?? '0:0:0');
  return date === undefined || time === undefined ? undefined : { date, time, zone };
}

/** Minutes east of UTC. */
function offsetOf(zone: string): number | undefined {
  const match = zoneForm.exec(zone);
  if (match === null) return undefined;
  if (match[1] !== undefined) return 0;
  const [, , sign, hours = '0', minutes = '0'] = match;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -offset : offset;
}

function epochMicros([, sign, seconds = '0', fraction = '']: RegExpExecArray): string {
  const micros = BigInt(seconds) * 1_000_000n + BigInt(microsOf(fraction));
  return String(sign === '-' ? -micros : micros);
}

function microsOf(fraction: string): string {
  return fraction.slice(0, 6).padEnd(6, '0');
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
