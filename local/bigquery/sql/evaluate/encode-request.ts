import type { Field, Row } from '../../model';
import { evaluatedField } from '../analyse/calls/geography-calls';
import { nowParameter } from '../analyse/calls/replaced-calls';
import type { PlannedTable } from '../analyse/query-plan';
import {
  type ByteWriter,
  beginMessage,
  byteWriter,
  endMessage,
  writeString,
  writeTag,
  writeVarint,
  written,
} from '../codec/byte-writer';
import { type CellEncoder, cellEncoder } from '../codec/encode-cell';
import { writeType } from '../codec/encode-type';
import type { Scope, TypedValue } from '../scope';
import { anyTest, type RowTest } from './row-tests';

/** The native engine refuses longer requests, whatever its settings. */
export const maximumRequest = 4 * 1024 * 1024;

/** Bytes kept free for the frames around a table's rows. */
export const framing = 256;

/** Rows of a table, as one query is to see them. */
export interface RowSource {
  readonly rows: readonly Row[];
  /** The places that the hidden column gives; without them, a row's place in `rows`. */
  readonly places?: readonly number[];
}

/** Rows of a table's contents, or structs of an array. Both hold the same cells. */
export type RowForm = 'row' | 'struct';

/** A cell by its place in the row; without an encoder it is sent as null. */
interface SentCell {
  readonly index: number;
  readonly encode: CellEncoder | undefined;
}

interface RowWriter {
  /** False where the row cannot matter; then nothing was written. */
  readonly write: (writer: ByteWriter, index: number) => boolean;
}

function rowWriter(
  table: PlannedTable,
  source: RowSource,
  parameters: readonly TypedValue[],
  form: RowForm,
): RowWriter {
  const matters = table.alternatives && anyTest(table.alternatives, parameters);
  const cells = table.sent.map((index): SentCell => {
    const field = table.schema[index];
    const encode = field && table.columns.has(index) ? cellEncoder(field) : undefined;
    const alternatives = table.elements.get(index);
    return {
      index,
      encode: encode && alternatives ? ofElements(encode, anyTest(alternatives, parameters)) : encode,
    };
  });
  const withPlace = table.withRowColumn && table.columns.has(table.schema.length);
  return {
    write(writer, index) {
      const row = source.rows[index];
      if (row === undefined || (matters !== undefined && !matters(row))) return false;
      const place = withPlace ? (source.places?.[index] ?? index) : undefined;
      writeRow(writer, form, cells, row, table.withRowColumn, place);
      return true;
    },
  };
}

/** Encodes an array without the elements that do not matter. */
const ofElements =
  (encode: CellEncoder, matters: RowTest): CellEncoder =>
  (writer, cell) =>
    encode(
      writer,
      Array.isArray(cell) ? cell.filter((element) => !Array.isArray(element) || matters(element)) : cell,
    );

/** Encoded rows of a table, in pieces of at most `limit` bytes each (a longer row is a piece of its own). */
export function encodedRows(
  table: PlannedTable,
  source: RowSource,
  parameters: readonly TypedValue[],
  limit: number,
): readonly Buffer[] {
  const { write } = rowWriter(table, source, parameters, 'row');
  const pieces: Buffer[] = [];
  let writer = byteWriter();
  for (let index = 0; index < source.rows.length; index += 1) {
    const before = writer.length;
    if (!write(writer, index) || writer.length <= limit || before === 0) continue;
    pieces.push(writer.buffer.subarray(0, before));
    const rest = writer.buffer.subarray(before, writer.length);
    writer = byteWriter(Math.max(4096, rest.length));
    rest.copy(writer.buffer);
    writer.length = rest.length;
  }
  return [...pieces, written(writer)];
}

/**
 * Encoded rows of a table that must be seen together. If they are longer than `limit`, a number instead:
 * about how many times as long, estimated from the first rows, so that rows that do not fit cost little.
 */
export function encodedTogether(
  table: PlannedTable,
  source: RowSource,
  parameters: readonly TypedValue[],
  limit: number,
  form: RowForm,
): Buffer | number {
  const { write } = rowWriter(table, source, parameters, form);
  const writer = byteWriter();
  for (let index = 0; index < source.rows.length; index += 1) {
    write(writer, index);
    if (writer.length > limit)
      return (source.rows.length / (index + 1)) * (writer.length / Math.max(1, limit));
  }
  return written(writer);
}

function writeRow(
  writer: ByteWriter,
  form: RowForm,
  cells: readonly SentCell[],
  row: Row,
  withRowColumn: boolean,
  place: number | undefined,
): void {
  const start = beginMessage(writer, 1);
  const struct = form === 'struct' ? beginMessage(writer, 14) : undefined;
  for (const { index, encode } of cells) {
    const cell = beginMessage(writer, 1);
    encode?.(writer, row[index]);
    endMessage(writer, cell);
  }
  if (withRowColumn) {
    const cell = beginMessage(writer, 1);
    if (place !== undefined) {
      writeTag(writer, 2, 0);
      writeVarint(writer, place);
    }
    endMessage(writer, cell);
  }
  if (struct !== undefined) endMessage(writer, struct);
  endMessage(writer, start);
}

/** One entry of EvaluateQueryRequest.table_content (field 7). */
export function tableContent(name: string, rows: Buffer): Buffer {
  const data = framed(1, rows);
  const content = framed(2, data);
  const key = byteWriter(64);
  writeString(key, 1, name);
  return framed(7, Buffer.concat([written(key), content]));
}

/** EvaluateQueryRequest.params (field 8) with rows as an array of structs. */
export function rowsParameter(name: string, structs: Buffer): Buffer {
  const value = framed(2, framed(13, structs));
  const key = byteWriter(64);
  writeString(key, 1, name);
  return framed(8, Buffer.concat([written(key), value]));
}

/** EvaluateQueryRequest.prepared_query_id (field 6). */
export function preparedQueryId(id: number): Buffer {
  const writer = byteWriter(16);
  writeTag(writer, 6, 0);
  writeVarint(writer, id);
  return written(writer);
}

function framed(field: number, body: Buffer): Buffer {
  const head = byteWriter(16);
  writeTag(head, field, 2);
  writeVarint(head, body.length);
  return Buffer.concat([written(head), body]);
}

/** Parameters and script variables of a request. */
export function encodedValues(scope: Scope): Buffer {
  const writer = byteWriter();
  for (const parameter of scope.parameters) writeParameter(writer, parameter);
  if (scope.now !== undefined) writeParameter(writer, nowValue(scope.now));
  writeVariables(writer, scope);
  return written(writer);
}

function nowValue(now: Date): TypedValue {
  const field: Field = { name: nowParameter, type: 'TIMESTAMP', mode: 'NULLABLE' };
  return { name: nowParameter, field, cell: `${now.getTime()}000` };
}

/** EvaluateQueryRequest.params (field 8). */
function writeParameter(writer: ByteWriter, { name, field, cell }: TypedValue): void {
  const start = beginMessage(writer, 8);
  writeString(writer, 1, name);
  const value = beginMessage(writer, 2);
  cellEncoder(field)(writer, cell);
  endMessage(writer, value);
  endMessage(writer, start);
}

/**
 * Script variables are constants of the catalog (field 4, there field 10); the engine merges it into the
 * plan's.
 */
function writeVariables(writer: ByteWriter, scope: Scope): void {
  if (scope.variables.size === 0) return;
  const catalog = beginMessage(writer, 4);
  for (const { name, field, cell } of scope.variables.values()) {
    const constant = beginMessage(writer, 10);
    writeString(writer, 1, name);
    const type = beginMessage(writer, 2);
    writeType(writer, evaluatedField(field));
    endMessage(writer, type);
    const value = beginMessage(writer, 3);
    cellEncoder(field)(writer, cell);
    endMessage(writer, value);
    endMessage(writer, constant);
  }
  endMessage(writer, catalog);
}
