import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field } from '../../model';
import { boundsOfRange } from '../../store/values/ranges';
import { bigNumericScale, numericScale, parseDecimal } from '../../store/values/scaled-decimals';
import {
  type ByteWriter,
  beginMessage,
  endMessage,
  writeBytes,
  writeDouble,
  writeInt64,
  writeLittleEndian,
  writeString,
  writeTag,
  writeVarint,
} from './byte-writer';
import { daysOfDate, packDatetime, packTime, parseTime } from './civil-time';
import { intervalBytes } from './intervals';

/** Writes the fields of a ValueProto (zetasql/public/value.proto) for a cell. A null writes nothing. */
export type CellEncoder = (writer: ByteWriter, cell: Cell | undefined) => void;

type TextEncoder = (writer: ByteWriter, text: string) => void;

const texts: Readonly<Record<Exclude<Field['type'], 'RECORD' | 'RANGE'>, TextEncoder>> = {
  STRING: (writer, text) => writeString(writer, 8, text),
  BYTES: (writer, text) => writeBytes(writer, 9, Buffer.from(text, 'base64')),
  INTEGER: (writer, text) => {
    writeTag(writer, 2, 0);
    writeInteger(writer, text);
  },
  BOOLEAN: (writer, text) => {
    writeTag(writer, 5, 0);
    writeVarint(writer, text === 'true' ? 1 : 0);
  },
  FLOAT: (writer, text) => {
    writeTag(writer, 7, 1);
    writeDouble(writer, Number(text));
  },
  NUMERIC: (writer, text) => writeLittleEndian(writer, 20, decimal(text, numericScale)),
  BIGNUMERIC: (writer, text) => writeLittleEndian(writer, 21, decimal(text, bigNumericScale)),
  DATE: (writer, text) => {
    writeTag(writer, 10, 0);
    writeSafeInteger(writer, checked(daysOfDate(text), text));
  },
  DATETIME: (writer, text) => {
    const { seconds, nanos } = checked(packDatetime(text), text);
    const start = beginMessage(writer, 17);
    writeTag(writer, 1, 0);
    writeInt64(writer, seconds);
    writeTag(writer, 2, 0);
    writeVarint(writer, nanos);
    endMessage(writer, start);
  },
  TIME: (writer, text) => {
    writeTag(writer, 18, 0);
    writeInt64(writer, packTime(checked(parseTime(text), text)));
  },
  TIMESTAMP: writeTimestamp,
  JSON: (writer, text) => writeString(writer, 23, text),
  // Evaluated as text.
  GEOGRAPHY: (writer, text) => writeString(writer, 8, text),
  INTERVAL: (writer, text) => writeBytes(writer, 24, checked(intervalBytes(text), text)),
};

/** The encoder for a field's cells, put together once. */
export function cellEncoder(field: Field): CellEncoder {
  const element = elementEncoder(field);
  return field.mode === 'REPEATED' ? listEncoder(13, () => element) : element;
}

function elementEncoder(field: Field): CellEncoder {
  if (field.type === 'RECORD') {
    const inner = (field.fields ?? []).map(cellEncoder);
    return listEncoder(14, (index) => inner[index], inner.length);
  }
  if (field.type === 'RANGE') return rangeEncoder(texts[field.rangeElementType?.type ?? 'DATE']);
  const encodeText = texts[field.type];
  return (writer, cell) => {
    if (typeof cell === 'string') encodeText(writer, cell);
  };
}

/** Field 26: the bounds in fields 1 and 2, a null for none. */
function rangeEncoder(encodeBound: TextEncoder): CellEncoder {
  return (writer, cell) => {
    if (typeof cell !== 'string') return;
    const { start, end } = checked(boundsOfRange(cell), cell);
    const range = beginMessage(writer, 26);
    for (const [tag, bound] of [
      [1, start],
      [2, end],
    ] as const) {
      const message = beginMessage(writer, tag);
      if (bound !== undefined) encodeBound(writer, bound);
      endMessage(writer, message);
    }
    endMessage(writer, range);
  };
}

/**
 * Arrays (field 13) and structs (field 14) look alike: a message with one ValueProto per element in field 1.
 */
function listEncoder(
  tag: number,
  encoderAt: (index: number) => CellEncoder | undefined,
  count?: number,
): CellEncoder {
  return (writer, cell) => {
    if (cell === null || cell === undefined || typeof cell === 'string') return;
    const outer = beginMessage(writer, tag);
    for (let index = 0; index < (count ?? cell.length); index += 1) {
      const start = beginMessage(writer, 1);
      encoderAt(index)?.(writer, cell[index]);
      endMessage(writer, start);
    }
    endMessage(writer, outer);
  };
}

function writeTimestamp(writer: ByteWriter, text: string): void {
  if (text.includes('.')) throw picoseconds();
  const microseconds = Number(text);
  const exact = Number.isSafeInteger(microseconds);
  const seconds = exact ? Math.floor(microseconds / 1e6) : Number(floorDivide(BigInt(text)));
  const fraction = exact ? microseconds - seconds * 1e6 : Number(BigInt(text) - BigInt(seconds) * 1_000_000n);
  const start = beginMessage(writer, 16);
  writeTag(writer, 1, 0);
  writeSafeInteger(writer, seconds);
  writeTag(writer, 2, 0);
  writeVarint(writer, fraction * 1000);
  endMessage(writer, start);
}

function floorDivide(microseconds: bigint): bigint {
  const seconds = microseconds / 1_000_000n;
  return seconds * 1_000_000n > microseconds ? seconds - 1n : seconds;
}

function writeInteger(writer: ByteWriter, text: string): void {
  const value = Number(text);
  if (Number.isSafeInteger(value)) writeSafeInteger(writer, value);
  else writeInt64(writer, BigInt(text));
}

function writeSafeInteger(writer: ByteWriter, value: number): void {
  if (value >= 0) writeVarint(writer, value);
  else writeInt64(writer, BigInt(value));
}

function decimal(text: string, scale: number): bigint {
  return checked(parseDecimal(text, scale), text);
}

function checked<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new BigQueryError('invalid', `Bad value in a table: ${text}`);
  return value;
}

const picoseconds = () =>
  new BigQueryError(
    'notImplemented',
    'TIMESTAMP values with picoseconds can only be chosen and sorted by the local BigQuery: its SQL engine computes with microseconds.',
  );
