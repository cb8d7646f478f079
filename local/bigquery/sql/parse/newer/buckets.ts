import { child, children, spanOf, unwrap } from '../../engine/tree';
import { bytesAt } from '../sql-text';
import type { NewerCall, Rewrites } from './newer-call';

const microseconds: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
  WEEK: 604_800_000_000,
};

const months: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The count and unit of the interval that is a call's second argument. */
function intervalOf({
  node,
  text,
}: NewerCall): { readonly count: string; readonly unit: string } | undefined {
  const interval = unwrap(children(node, 'arguments')[1]);
  const count = spanOf(unwrap(interval?.node.intervalValue)?.node);
  const unit = spanOf(child(interval?.node, 'datePartName'));
  if (interval?.kind !== 'astIntervalExprNode' || count === undefined || unit === undefined) return undefined;
  return { count: bytesAt(text, count), unit: bytesAt(text, unit).toUpperCase() };
}

/** Where the bucket of a time begins, counted in whole units of a fixed length. */
function bucket(
  call: NewerCall,
  defaultOrigin: string,
  toNumber: (value: string) => string,
  fromNumber: string,
  units: Readonly<Record<string, number>>,
): string | undefined {
  const interval = intervalOf(call);
  const [value, , origin = defaultOrigin] = call.arguments;
  const unit = interval && units[interval.unit];
  if (value === undefined || interval === undefined || unit === undefined) return undefined;
  const width = `((${interval.count}) * ${unit})`;
  const number = toNumber(value);
  const behind = `MOD(MOD(${number} - ${toNumber(origin)}, ${width}) + ${width}, ${width})`;
  const begin = `${number} - ${behind}`;
  return fromNumber.includes('(') ? `${fromNumber} (${begin}) MICROSECOND)` : `${fromNumber}(${begin})`;
}

/** Of a length in months, which are counted from January 1950, or from the origin's day of the month. */
function monthBucket(call: NewerCall, type: 'DATE' | 'DATETIME'): string | undefined {
  const interval = intervalOf(call);
  const [value, , origin] = call.arguments;
  const unit = interval && months[interval.unit];
  if (value === undefined || interval === undefined || unit === undefined) return undefined;
  const width = `((${interval.count}) * ${unit})`;
  if (origin !== undefined) {
    const months = `__m AS ${type}_DIFF(__v, __o, MONTH), __n AS __m - MOD(MOD(__m, __w) + __w, __w)`;
    const begin = (count: string) => `${type}_ADD(__o, INTERVAL (${count}) MONTH)`;
    return `WITH(__v AS (${value}), __o AS (${origin}), __w AS ${width}, ${months}, __b AS ${begin('__n')}, IF(__b > __v, ${begin('__n - __w')}, __b))`;
  }
  const number = `((EXTRACT(YEAR FROM ${value}) - 1950) * 12 + EXTRACT(MONTH FROM ${value}) - 1)`;
  const begin = `${number} - MOD(MOD(${number}, ${width}) + ${width}, ${width})`;
  return `${type}_ADD(${type} '1950-01-01', INTERVAL (${begin}) MONTH)`;
}

export const buckets: Rewrites = {
  TIMESTAMP_BUCKET: (call) =>
    bucket(
      call,
      "TIMESTAMP '1950-01-01 00:00:00+00'",
      (value) => `UNIX_MICROS(${value})`,
      'TIMESTAMP_MICROS',
      microseconds,
    ),
  DATETIME_BUCKET: (call) =>
    monthBucket(call, 'DATETIME') ??
    bucket(
      call,
      "DATETIME '1950-01-01'",
      (value) => `DATETIME_DIFF(${value}, DATETIME '1970-01-01', MICROSECOND)`,
      "DATETIME_ADD(DATETIME '1970-01-01', INTERVAL",
      microseconds,
    ),
  DATE_BUCKET: (call) =>
    monthBucket(call, 'DATE') ??
    bucket(call, "DATE '1950-01-01'", (value) => `UNIX_DATE(${value})`, 'DATE_FROM_UNIX_DATE', {
      DAY: 1,
      WEEK: 7,
    }),
};
