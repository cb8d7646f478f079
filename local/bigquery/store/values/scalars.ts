import type { Field } from '../../model';
import { exactJson } from './exact-json';
import { geographyText } from './geographies';
import { boundsOfRange, convertedRange, isAscending, rangeText } from './ranges';
import { toDecimal } from './scaled-decimals';
import { toDate, toDateTime, toPreciseTimestamp, toTime, toTimestamp } from './times';

/** What became of a value: its cell, or what BigQuery says is wrong with it. */
export type Converted = { readonly cell: string } | { readonly problem: string };

type Convert = (text: string, field: Field) => Converted;

/** The cell of a text, per type, as BigQuery's loads and streaming inserts read it. */
const converters: Readonly<Record<Exclude<Field['type'], 'RECORD'>, Convert>> = {
  STRING: (text, field) =>
    field.maxLength === undefined ? { cell: text } : limited(text, [...text].length, field),
  BYTES: toBytes,
  INTEGER: (text) => found(toInteger(text), `Cannot convert value to integer (bad value): ${text}`),
  FLOAT: (text) => found(toFloat(text), `Cannot convert value to double (bad value): ${text}`),
  BOOLEAN: (text) =>
    found(booleans[text.toLowerCase()], `Cannot convert value to boolean (bad value): ${text}`),
  NUMERIC: (text, field) =>
    found(toDecimal(text.trim(), 'NUMERIC', field.precision, field.scale), `Invalid NUMERIC value: ${text}`),
  BIGNUMERIC: (text, field) =>
    found(
      toDecimal(text.trim(), 'BIGNUMERIC', field.precision, field.scale),
      `Invalid BIGNUMERIC value: ${text}`,
    ),
  DATE: (text) => found(toDate(text.trim()), `Invalid date: '${text}'`),
  DATETIME: (text) => found(toDateTime(text.trim()), `Invalid datetime string "${text}"`),
  TIME: (text) => found(toTime(text.trim()), `Invalid time string "${text}"`),
  TIMESTAMP: (text, { timestampPrecision }) =>
    found(
      (timestampPrecision === '12' ? toPreciseTimestamp : toTimestamp)(text.trim()),
      `Could not parse '${text}' as a timestamp. Required format is YYYY-MM-DD HH:MM[:SS[.SSSSSS]] or YYYY/MM/DD HH:MM[:SS[.SSSSSS]]`,
    ),
  JSON: toJson,
  GEOGRAPHY: (text) =>
    found(
      geographyText(text),
      `Invalid geography value: ${text.slice(0, 100)}. Expected well-known text, such as POINT(-122.35 47.62), or GeoJSON`,
    ),
  INTERVAL: (text) => ({ cell: text }),
  RANGE: toRange,
};

/** @param field a field that is no RECORD; REPEATED is the caller's matter */
export function scalarOfText(text: string, field: Field): Converted {
  if (field.type === 'RECORD') return { problem: `This field: ${field.name} is not a record.` };
  return converters[field.type](text, field);
}

/** The text of a number as the model has FLOAT cells: "1.5", "1.0", "NaN", "Infinity". */
export function floatCell(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

const booleans: Readonly<Record<string, string>> = {
  true: 'true',
  t: 'true',
  yes: 'true',
  y: 'true',
  '1': 'true',
  false: 'false',
  f: 'false',
  no: 'false',
  n: 'false',
  '0': 'false',
};

const specialFloats: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  infinity: 'Infinity',
  '+inf': 'Infinity',
  '+infinity': 'Infinity',
  '-inf': '-Infinity',
  '-infinity': '-Infinity',
};

function found(cell: string | undefined, problem: string): Converted {
  return cell === undefined ? { problem } : { cell };
}

function toInteger(text: string): string | undefined {
  if (!/^\s*[+-]?\d{1,19}(\.0*)?\s*$/.test(text)) return undefined;
  const value = BigInt(text.trim().replace(/\.0*$/, '').replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? String(value) : undefined;
}

function toFloat(text: string): string | undefined {
  const trimmed = text.trim();
  const special = specialFloats[trimmed.toLowerCase()];
  if (special !== undefined) return special;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? floatCell(value) : undefined;
}

function toBytes(text: string, field: Field): Converted {
  const bytes = Buffer.from(text, 'base64');
  const plain = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  const cell = bytes.toString('base64');
  if (cell.replace(/=+$/, '') !== plain) return { problem: `Could not decode base64 string to bytes.` };
  return limited(cell, bytes.length, field);
}

function toRange(text: string, field: Field): Converted {
  const bounds = boundsOfRange(text);
  const toBound = converters[field.rangeElementType?.type ?? 'DATE'];
  const range =
    bounds &&
    convertedRange(bounds, (bound) => {
      const converted = toBound(bound, field);
      return 'cell' in converted ? converted.cell : undefined;
    });
  return found(range && isAscending(range) ? rangeText(range) : undefined, `Invalid RANGE value: ${text}`);
}

function toJson(text: string): Converted {
  const exact = exactJson(text);
  if ('text' in exact) return { cell: exact.text };
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return { problem: `Invalid JSON value: ${shown}: ${exact.problem}` };
}

function limited(cell: string, length: number, field: Field): Converted {
  if (field.maxLength === undefined || length <= Number(field.maxLength)) return { cell };
  return {
    problem: `Field ${field.name}: ${field.type}(${field.maxLength}) has maximum length ${field.maxLength} but got a value with length ${length}`,
  };
}
