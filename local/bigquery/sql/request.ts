import type { Field, Row } from '../model';
import {
  type ByteWriter,
  beginMessage,
  byteWriter,
  endMessage,
  writeString,
  writeTag,
  writeVarint,
  written,
} from './codec/byte-writer';
import { type CellEncoder, cellEncoder } from './codec/encode';
import { writeType } from './codec/type-writer';
import { anyTest } from './filters';
import type { TypedValue } from './parameters';
import type { PlannedTable } from './plan';
import type { Scope } from './scope';
import { nowParameter } from './substitutes';

/** The native engine refuses longer requests; no setting of it changes that. */
export const maximumRequest = 4 * 1024 * 1024;

/** What is kept for the frames around a table's rows. */
export const framing = 256;

/** Rows of a table, as one query is to see them. */
export interface RowSource {
  readonly rows: readonly Row[];
  /** The places that the hidden column gives; without them, a row's place in `rows`. */
  readonly places?: readonly number[];
}

/** As rows of a table's contents, or as the structs of an array. Both hold the same cells. */
export type RowForm = 'row' | 'struct';

/** Encoded rows of a table, in pieces of at most `limit` bytes each (a longer row is a piece of its own). */
export function encodedRows(
  table: PlannedTable,
  source: RowSource,
  parameters: readonly TypedValue[],
  limit: number,
  form: RowForm = 'row',
): readonly Buffer[] {
  const matters = table.alternatives && anyTest(table.alternatives, parameters);
  const encoders = table.schema.map((field, index) =>
    table.columns.has(index) ? cellEncoder(field) : undefined,
  );
  const withPlace = table.withRowColumn && table.columns.has(table.schema.length);
  const pieces: Buffer[] = [];
  let writer = byteWriter();
  for (let index = 0; index < source.rows.length; index += 1) {
    const row = source.rows[index];
    if (row === undefined || (matters !== undefined && !matters(row))) continue;
    const before = writer.length;
    writeRow(
      writer,
      form,
      encoders,
      row,
      table.withRowColumn,
      withPlace ? (source.places?.[index] ?? index) : undefined,
    );
    if (writer.length <= limit || before === 0) continue;
    pieces.push(writer.buffer.subarray(0, before));
    const rest = writer.buffer.subarray(before, writer.length);
    writer = byteWriter(Math.max(4096, rest.length));
    rest.copy(writer.buffer);
    writer.length = rest.length;
  }
  return [...pieces, written(writer)];
}

function writeRow(
  writer: ByteWriter,
  form: RowForm,
  encoders: readonly (CellEncoder | undefined)[],
  row: Row,
  withRowColumn: boolean,
  place: number | undefined,
): void {
  const start = beginMessage(writer, 1);
  const struct = form === 'struct' ? beginMessage(writer, 14) : undefined;
  for (let index = 0; index < encoders.length; index += 1) {
    const cell = beginMessage(writer, 1);
    encoders[index]?.(writer, row[index]);
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

/** Script variables are constants of the catalog (field 4, there field 10), merged into the one of the plan. */
function writeVariables(writer: ByteWriter, scope: Scope): void {
  if (scope.variables.size === 0) return;
  const catalog = beginMessage(writer, 4);
  for (const { name, field, cell } of scope.variables.values()) {
    const constant = beginMessage(writer, 10);
    writeString(writer, 1, name);
    const type = beginMessage(writer, 2);
    writeType(writer, field);
    endMessage(writer, type);
    const value = beginMessage(writer, 3);
    cellEncoder(field)(writer, cell);
    endMessage(writer, value);
    endMessage(writer, constant);
  }
  endMessage(writer, catalog);
}
