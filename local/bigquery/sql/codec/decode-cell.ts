import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field } from '../../model';
import { rangeText } from '../../store/values/ranges';
import { bigNumericScale, formatDecimal, numericScale } from '../../store/values/scaled-decimals';
import { child, isNode } from '../engine/tree';
import { dateOfDays, formatTime, unpackDatetime, unpackTime } from './civil-time';
import { intervalText } from './intervals';

/** Turns a ValueProto from the engine into a cell. */
export type CellDecoder = (value: unknown) => Cell;

type ScalarDecoder = readonly [key: string, decode: (value: unknown) => Cell];

const scalars: Readonly<Record<Exclude<Field['type'], 'RECORD' | 'RANGE'>, ScalarDecoder>> = {
  STRING: ['stringValue', String],
  BYTES: ['bytesValue', (value) => bytes(value).toString('base64')],
  INTEGER: ['int64Value', String],
  FLOAT: ['doubleValue', (value) => formatFloat(Number(value))],
  BOOLEAN: ['boolValue', String],
  NUMERIC: ['numericValue', (value) => formatDecimal(fromLittleEndian(bytes(value)), numericScale)],
  BIGNUMERIC: ['bignumericValue', (value) => formatDecimal(fromLittleEndian(bytes(value)), bigNumericScale)],
  DATE: ['dateValue', (value) => dateOfDays(Number(value))],
  DATETIME: ['datetimeValue', (value) => decodeDatetime(value)],
  TIME: ['timeValue', (value) => formatTime(unpackTime(BigInt(String(value))))],
  TIMESTAMP: ['timestampValue', (value) => decodeTimestamp(value)],
  JSON: ['jsonValue', String],
  // Evaluated as text.
  GEOGRAPHY: ['stringValue', String],
  INTERVAL: ['intervalValue', (value) => intervalText(bytes(value))],
};

/**
 * The decoder for a field's cells, put together once. Throws invalidQuery for a null inside an array, as
 * BigQuery does.
 */
export function cellDecoder(field: Field): CellDecoder {
  const element = elementDecoder(field);
  if (field.mode !== 'REPEATED') return element;
  return (value) =>
    list(child(value, 'arrayValue'), 'element').map((item) => {
      const cell = element(item);
      if (cell === null)
        throw new BigQueryError(
          'invalidQuery',
          `Array cannot have a null element; error in writing field ${field.name}`,
          'query',
        );
      return cell;
    });
}

function elementDecoder(field: Field): CellDecoder {
  if (field.type === 'RECORD') {
    const inner = (field.fields ?? []).map(cellDecoder);
    return (value) => {
      const struct = child(value, 'structValue');
      if (struct === undefined) return null;
      const values = list(struct, 'field');
      return inner.map((decode, index) => decode(values[index]));
    };
  }
  if (field.type === 'RANGE') return rangeDecoder(scalars[field.rangeElementType?.type ?? 'DATE']);
  return scalarDecoder(scalars[field.type]);
}

function rangeDecoder(element: ScalarDecoder): CellDecoder {
  const decode = scalarDecoder(element);
  const bound = (value: unknown) => {
    const cell = decode(value);
    return typeof cell === 'string' ? cell : undefined;
  };
  return (value) => {
    const range = child(value, 'rangeValue');
    return range === undefined ? null : rangeText({ start: bound(range.start), end: bound(range.end) });
  };
}

function scalarDecoder([key, decode]: ScalarDecoder): CellDecoder {
  return (value) => {
    const content = isNode(value) ? value[key] : undefined;
    return content === undefined || content === null ? null : decode(content);
  };
}

/** BigQuery writes whole numbers with a point: `1.0`. */
export function formatFloat(value: number): string {
  if (Number.isInteger(value)) {
    const digits = Object.is(value, -0) ? '-0' : String(value);
    return digits.includes('e') ? digits.replace('e+', 'E') : `${digits}.0`;
  }
  return String(value).replace('e+', 'E').replace('e', 'E');
}

function decodeTimestamp(value: unknown): string {
  const { seconds = '0', nanos = 0 } = isNode(value) ? value : {};
  const whole = Number(seconds) * 1e6;
  const fraction = Math.floor(Number(nanos) / 1000);
  if (Number.isSafeInteger(whole)) return String(whole + fraction);
  return String(BigInt(String(seconds)) * 1_000_000n + BigInt(fraction));
}

function decodeDatetime(value: unknown): string {
  const { bitFieldDatetimeSeconds = '0', nanos = 0 } = isNode(value) ? value : {};
  return unpackDatetime(BigInt(String(bitFieldDatetimeSeconds)), Number(nanos));
}

function bytes(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function list(node: unknown, key: string): readonly unknown[] {
  const value = isNode(node) ? node[key] : undefined;
  return Array.isArray(value) ? value : [];
}

/** A signed integer of any length. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}
