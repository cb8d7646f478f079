import type { Field, FieldType } from '../../../model';
import { dateOfDays } from '../../../sql/codec/civil-time';
import { floatCell, scalarOfText } from '../../../store/values/scalars';
import { decimalCell, unscaledOf } from './decimals';
import type { Column } from './file-schema';
import type { Leaf, LeafKind } from './leaf-types';
import { ParquetFault } from './reader-messages';

/** Makes the cell of a value, which is not null. @throws ParquetFault */
export type ReadValue = (raw: unknown) => string;

/** @param field of a type that the kind may be given */
export function valueReader(column: Column, leaf: Leaf, kind: LeafKind, field: Field): ReadValue {
  const { path } = column;
  if (kind === 'boolean') return (raw) => String(booleanOf(raw, path));
  if (kind === 'integer') return (raw) => String(integerOf(raw, path));
  if (kind === 'unsigned 32') return (raw) => String(BigInt.asUintN(32, integerOf(raw, path)));
  if (kind === 'unsigned 64') return (raw) => unsigned64(integerOf(raw, path), path);
  if (kind === 'float') return (raw) => floatCell(numberOf(raw, path));
  if (kind === 'date') return (raw) => dateCell(numberOf(raw, path), path);
  if (kind === 'bytes' || kind === 'string' || kind === 'enum') {
    return field.type === 'BYTES' ? bytesReader(field, path) : textReader(field, path);
  }
  if (kind === 'decimal') {
    return (raw) => decimalCell(unscaledOf(raw) ?? unexpected(path), leaf.scale, field, path);
  }
  const factor = microsPerUnit[kind];
  const divisor = kind === 'int96' ? 1000n : 1n;
  const write = kind.startsWith('time ') ? timeCell : momentCell(field.type);
  return (raw) => write(floorDivide(integerOf(raw, path) * factor, divisor), column);
}

/**
 * The value of INT96 comes as nanoseconds since 1970. Anything finer than a microsecond is dropped:
 * BigQuery documents no rounding.
 */
const microsPerUnit = {
  'time millis': 1000n,
  'time micros': 1n,
  'timestamp millis': 1000n,
  'timestamp micros': 1n,
  int96: 1n,
} as const;

const floorDivide = (value: bigint, divisor: bigint): bigint =>
  (value - (((value % divisor) + divisor) % divisor)) / divisor;

function unsigned64(value: bigint, path: string): string {
  const unsigned = BigInt.asUintN(64, value);
  if (value >= 0n) return String(unsigned);
  throw new ParquetFault(
    `The value ${unsigned} for column '${path}' exceeds the maximum INT64 value of 9223372036854775807.`,
  );
}

function dateCell(days: number, path: string): string {
  if (isDay(days)) return dateOfDays(days);
  throw new ParquetFault(
    `Invalid date value ${days} for field '${path}' of type 'INT32' (logical type 'DATE'): the range of valid dates is [0001-01-01, 9999-12-31].`,
  );
}

const momentCell = (type: FieldType) => (micros: bigint, column: Column) => {
  if (isMoment(micros)) return type === 'DATETIME' ? dateTimeText(micros) : String(micros);
  throw new ParquetFault(
    `Invalid ${type.toLowerCase()} value ${micros} for field '${column.path}' of type ${column.leaf?.text}: the range of valid values is [0001-01-01 00:00:00, 9999-12-31 23:59:59.999999].`,
  );
};

function timeCell(micros: bigint, column: Column): string {
  if (micros >= 0n && micros < 86_400_000_000n) return timeText(micros);
  throw new ParquetFault(
    `Invalid time value ${micros} for field '${column.path}' of type ${column.leaf?.text}: the range of valid values is [00:00:00, 23:59:59.999999].`,
  );
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What BigQuery does with text that is not UTF-8 is stated nowhere; here it is refused, as loading would
 * change it.
 */
function textReader(field: Field, path: string): ReadValue {
  return (raw) => {
    if (!(raw instanceof Uint8Array)) return unexpected(path);
    let text: string;
    try {
      text = decoder.decode(raw);
    } catch {
      throw new ParquetFault(`Parquet column '${path}' has a value that is not UTF-8.`);
    }
    return field.maxLength === undefined ? text : limited(text, field);
  };
}

function bytesReader(field: Field, path: string): ReadValue {
  return (raw) => {
    if (!(raw instanceof Uint8Array)) return unexpected(path);
    const cell = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64');
    return field.maxLength === undefined ? cell : limited(cell, field);
  };
}

function limited(text: string, field: Field): string {
  const converted = scalarOfText(text, field);
  if ('cell' in converted) return converted.cell;
  throw new ParquetFault(`${converted.problem}.`);
}

const booleanOf = (raw: unknown, path: string): boolean =>
  typeof raw === 'boolean' ? raw : unexpected(path);
const numberOf = (raw: unknown, path: string): number => (typeof raw === 'number' ? raw : unexpected(path));

function integerOf(raw: unknown, path: string): bigint {
  if (typeof raw === 'bigint') return raw;
  return typeof raw === 'number' && Number.isInteger(raw) ? BigInt(raw) : unexpected(path);
}

/**
 * Pages of a broken file may have fewer values than rows, or refer to values that a dictionary does not have.
 */
function unexpected(path: string): never {
  throw new ParquetFault(`The Parquet file is broken: column '${path}' has not a value for each row.`);
}

const dayMicros = 86_400_000_000n;
/** 0001-01-01 and 9999-12-31, in days since 1970. */
const firstDay = -719_162;
const lastDay = 2_932_896;

export const isDay = (days: number): boolean => days >= firstDay && days <= lastDay;

/** Whether microseconds since 1970 lie in the years 1 to 9999. */
export const isMoment = (micros: bigint): boolean =>
  micros >= BigInt(firstDay) * dayMicros && micros < BigInt(lastDay + 1) * dayMicros;

/** "10:11:12[.ffffff]" of microseconds since midnight. */
function timeText(micros: bigint): string {
  const clock = new Date(Number(micros / 1000n)).toISOString().slice(11, 19);
  const fraction = String(micros % 1_000_000n).padStart(6, '0');
  return fraction === '000000' ? clock : `${clock}.${fraction}`;
}

/** "2024-09-01T10:11:12[.ffffff]" of microseconds since 1970. */
function dateTimeText(micros: bigint): string {
  const sinceMidnight = ((micros % dayMicros) + dayMicros) % dayMicros;
  return `${dateOfDays(Number((micros - sinceMidnight) / dayMicros))}T${timeText(sinceMidnight)}`;
}
