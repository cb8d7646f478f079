import { toDate, toTime } from './times';

/** What a format is for. */
export type FormattedType = 'DATE' | 'DATETIME' | 'TIME' | 'TIMESTAMP';

/**
 * Reads a text by the format that was compiled: canonical parts, or undefined where the text is not of it.
 * `offsetMinutes` is undefined where the format names no zone.
 */
export type ReadFormatted = (text: string) => FormattedTime | undefined;

export interface FormattedTime {
  /** "2024-09-01"; '' in a format of a time alone. */
  readonly date: string;
  /** "10:11:12" or "10:11:12.500000" */
  readonly time: string;
  readonly offsetMinutes: number | undefined;
}

/** The longest first: an element is not the beginning of another one. */
const elements: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  RRRR: '(?<year>\\d{4})',
  MONTH: '(?<monthName>[A-Za-z]+)',
  MON: '(?<monthName>[A-Za-z]{3})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH24: '(?<hour>\\d{1,2})',
  HH12: '(?<half>\\d{1,2})',
  HH: '(?<half>\\d{1,2})',
  MI: '(?<minute>\\d{1,2})',
  SS: '(?<second>\\d{1,2})',
  'A.M.': '(?<meridian>[AaPp]\\.[Mm]\\.)',
  'P.M.': '(?<meridian>[AaPp]\\.[Mm]\\.)',
  AM: '(?<meridian>[AaPp][Mm])',
  PM: '(?<meridian>[AaPp][Mm])',
  TZH: '(?<zoneHour>[+-]?\\d{1,2})',
  TZM: '(?<zoneMinute>\\d{2})',
};
const inOrder = Object.keys(elements).sort((one, other) => other.length - one.length);

/** What each type's format must say. */
const needed: Readonly<Record<FormattedType, readonly (readonly string[])[]>> = {
  DATE: [['year'], ['month', 'monthName'], ['day']],
  DATETIME: [['year'], ['month', 'monthName'], ['day']],
  TIME: [['hour', 'half']],
  TIMESTAMP: [['year'], ['month', 'monthName'], ['day']],
};

/**
 * Compiles a format of GoogleSQL's format elements, as load jobs take them: "DD.MM.YYYY HH24:MI:SS".
 * Elements with which BigQuery would fill in the current year or month, or guess a century, are refused.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_string_as_datetime
 * @throws Error that says what is wrong with the format
 */
export function compileFormat(format: string, type: FormattedType): ReadFormatted {
  const names = new Set<string>();
  let pattern = '';
  for (let at = 0; at < format.length; ) {
    const { length, source } = elementAt(format, at);
    const name = /^\(\?<(\w+)>/.exec(source)?.[1];
    if (name !== undefined && names.has(name)) throw new Error(`it says twice what the ${name} is`);
    if (name !== undefined) names.add(name);
    pattern += source;
    at += length;
  }
  const missing = needed[type].find((any) => !any.some((name) => names.has(name)));
  if (missing !== undefined) throw new Error(`it has no ${missing[0]}`);
  if (names.has('half') && !names.has('meridian')) throw new Error('HH12 needs AM or PM');
  if (names.has('hour') && names.has('meridian')) throw new Error('HH24 allows no AM or PM');
  const form = new RegExp(`^${pattern}$`);
  return (text) => partsOf(form.exec(text)?.groups, type);
}

function elementAt(format: string, at: number): { readonly length: number; readonly source: string } {
  const upper = format.slice(at, at + 6).toUpperCase();
  const fraction = /^FF([1-9])/.exec(upper);
  if (fraction !== null) return { length: 3, source: `(?<fraction>\\d{1,${fraction[1]}})` };
  const name = inOrder.find((element) => upper.startsWith(element));
  if (name !== undefined) return { length: name.length, source: elements[name] ?? '' };
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(format.slice(at));
  if (quoted !== null) {
    return { length: quoted[0].length, source: escaped((quoted[1] ?? '').replace(/\\(.)/g, '$1')) };
  }
  const sign = format.charAt(at);
  if (sign === ' ') return { length: 1, source: '\\s+' };
  if ("-./,':;".includes(sign)) return { length: 1, source: escaped(sign) };
  throw new Error(
    `'${format.slice(at)}' begins with no format element; a text of its own stands in double quotes`,
  );
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const monthNames =
  'january february march april may june july august september october november december'.split(' ');

function partsOf(groups: Readonly<Record<string, string>> | undefined, type: FormattedType) {
  if (groups === undefined) return undefined;
  const date = type === 'TIME' ? '' : dateOf(groups);
  const hour = hourOf(groups);
  if (date === undefined || hour === undefined) return undefined;
  const { minute = '0', second = '0', fraction } = groups;
  const time = toTime(`${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`);
  return time === undefined ? undefined : { date, time, offsetMinutes: zoneOf(groups) };
}

function dateOf({ year, month, monthName, day }: Readonly<Record<string, string>>): string | undefined {
  return toDate(`${year}-${month ?? monthOf(monthName ?? '')}-${day}`);
}

function monthOf(name: string): number {
  const given = name.toLowerCase();
  return (
    monthNames.findIndex((month) => month === given || (given.length === 3 && month.startsWith(given))) + 1
  );
}

function hourOf({ hour, half, meridian }: Readonly<Record<string, string>>): string | undefined {
  if (half === undefined) return hour ?? '0';
  const number = Number(half);
  if (number < 1 || number > 12) return undefined;
  return String((number % 12) + (/^p/i.test(meridian ?? '') ? 12 : 0));
}

function zoneOf({ zoneHour, zoneMinute = '0' }: Readonly<Record<string, string>>): number | undefined {
  if (zoneHour === undefined) return undefined;
  const minutes = Math.abs(Number(zoneHour)) * 60 + Number(zoneMinute);
  return zoneHour.startsWith('-') ? -minutes : minutes;
}
