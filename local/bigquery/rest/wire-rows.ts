import { BigQueryError } from '../bigquery-error';
import type { Cell, Field, Row } from '../model';
import { boundsOfRange, convertedRange, rangeText } from '../store/values/ranges';

/**
 * How TIMESTAMP cells are sent: microseconds, or seconds as a floating-point number (REST's default), or ISO
 * 8601.
 */
export type TimestampFormat = 'INT64' | 'FLOAT64' | 'ISO8601_STRING';

const unspecified = 'TIMESTAMP_OUTPUT_FORMAT_UNSPECIFIED';
const formats: readonly string[] = [
  'FLOAT64',
  'INT64',
  'ISO8601_STRING',
] satisfies readonly TimestampFormat[];
const isFormat = (given: string): given is TimestampFormat => formats.includes(given);

/**
 * `formatOptions` of a request, from a body or (with dots) from a query string.
 * @throws BigQueryError `invalid` for a format that is none, or two that are not the same
 */
export function timestampFormat(useInt64: unknown, output: string | null | undefined): TimestampFormat {
  const wantsInt64 = useInt64 === true || useInt64 === 'true';
  if (!output || output === unspecified) return wantsInt64 ? 'INT64' : 'FLOAT64';
  if (!isFormat(output)) {
    const message = `Invalid value for timestampOutputFormat: expected ${formats.join(', ')} or ${unspecified}, given ${output}`;
    throw new BigQueryError('invalid', message);
  }
  // googleapis/nodejs-bigquery system-test/timestamp_output_format.ts
  if (wantsInt64 && output !== 'INT64')
    throw new BigQueryError(
      'invalid',
      'Cannot specify both use_int64_timestamp and timestamp_output_format.',
    );
  return output;
}

interface WireCell {
  readonly v: string | null | WireRow | readonly WireCell[];
}

export interface WireRow {
  readonly f: readonly WireCell[];
}

/** A row in REST's form: `{f: [{v}]}`, a RECORD as `{v: {f}}`, a REPEATED field as `{v: [{v}]}`. */
function wireRow(row: Row, fields: readonly Field[], format: TimestampFormat): WireRow {
  return { f: row.map((cell, index) => ({ v: wireValue(cell, fields[index], format) })) };
}

function wireValue(cell: Cell, field: Field | undefined, format: TimestampFormat): WireCell['v'] {
  if (cell === null || field === undefined) return null;
  if (typeof cell === 'string') return wireScalar(cell, field, format);
  if (field.mode === 'REPEATED') {
    const item = { ...field, mode: 'NULLABLE' as const };
    return cell.map((value) => ({ v: wireValue(value, item, format) }));
  }
  return wireRow(cell, field.fields ?? [], format);
}

function wireScalar(cell: string, { type, rangeElementType }: Field, format: TimestampFormat): string {
  if (type === 'TIMESTAMP') return wireTimestamp(cell, format);
  if (rangeElementType?.type !== 'TIMESTAMP') return cell;
  const bounds = boundsOfRange(cell);
  const sent = bounds && convertedRange(bounds, (bound) => wireTimestamp(bound, format));
  return sent === undefined ? cell : rangeText(sent);
}

function wireTimestamp(cell: string, format: TimestampFormat): string {
  const [micros = '', picos = ''] = cell.split('.');
  if (format === 'INT64') return micros;
  return format === 'FLOAT64' ? secondsOf(micros) : isoOf(BigInt(micros), picos);
}

/** Seconds as BigQuery writes them: "1.7252352E9" from ten million on, plain below. */
function secondsOf(micros: string): string {
  const negative = micros.startsWith('-');
  const digits = (negative ? micros.slice(1) : micros).padStart(7, '0');
  const whole = digits.slice(0, -6);
  const fraction = digits.slice(-6).replace(/0+$/, '');
  const sign = negative ? '-' : '';
  if (whole.length <= 7) return `${sign}${whole}.${fraction || '0'}`;
  const mantissa = `${whole.slice(1)}${fraction}`.replace(/0+$/, '');
  return `${sign}${whole[0]}.${mantissa || '0'}E${whole.length - 1}`;
}

function isoOf(micros: bigint, picos: string): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19);
  return rest === 0n && picos === '' ? `${seconds}Z` : `${seconds}.${String(rest).padStart(6, '0')}${picos}Z`;
}

/** The most that BigQuery puts into a page, in bytes, unless a single row is larger. */
const pageBytes = 10 * 1024 * 1024;

export interface RowPage {
  readonly rows: readonly WireRow[];
  /** Index of the first row that is not in this page; undefined when there is none. */
  readonly next: number | undefined;
}

/** As many rows from `start` as `maxResults` and an answer's size allow. */
export function pageOfRows(
  rows: readonly Row[],
  fields: readonly Field[],
  start: number,
  maxResults: number,
  format: TimestampFormat,
): RowPage {
  const page: WireRow[] = [];
  const end = Math.min(rows.length, start + maxResults);
  let bytes = 0;
  let index = start;
  for (; index < end && (bytes < pageBytes || page.length === 0); index++) {
    const row = rows[index];
    if (row === undefined) break;
    bytes += sizeOf(row);
    page.push(wireRow(row, fields, format));
  }
  return { rows: page, next: index < rows.length ? index : undefined };
}

function sizeOf(cells: readonly Cell[]): number {
  let size = 0;
  for (const cell of cells) {
    if (cell !== null) size += 8 + (typeof cell === 'string' ? cell.length : sizeOf(cell));
  }
  return size;
}

type WireField = Omit<Field, 'mode' | 'fields' | 'leavesModeOut'> & {
  readonly mode?: Field['mode'];
  readonly fields?: readonly WireField[];
};

/** A table's schema as REST carries it. */
export const wireSchema = (fields: readonly Field[]): { readonly fields: readonly WireField[] } => ({
  fields: fields.map(wireField),
});

function wireField({ mode, fields, leavesModeOut, ...rest }: Field): WireField {
  return {
    ...rest,
    ...((leavesModeOut === undefined || mode !== 'NULLABLE') && { mode }),
    ...(fields && { fields: fields.map(wireField) }),
  };
}
