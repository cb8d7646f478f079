import type { Field, Row, TableReference } from '../model';
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
import { cellDecoder } from './codec/decode';
import { type CellEncoder, cellEncoder } from './codec/encode';
import { writeType } from './codec/type-writer';
import type { EngineContext } from './context';
import { queryError, tableNotFound } from './failures';
import { rowTest } from './filters';
import { child, children } from './node';
import type { TypedValue } from './parameters';
import type { PlannedTable, QueryPlan } from './plan';
import type { Scope } from './scope';
import { nowParameter } from './substitutes';

/** Rows of tables that exist only for this query, or that stand in for the stored ones. */
export interface RowSource {
  readonly rows: readonly Row[];
  /** The places that the hidden column gives; without them, a row's place in `rows`. */
  readonly places?: readonly number[];
}

/** Evaluates a planned query and gives its rows. */
export async function evaluate(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  locals: ReadonlyMap<string, RowSource> = new Map(),
): Promise<readonly Row[]> {
  const writer = byteWriter(1 << 14);
  for (const table of plan.tables) writeTable(writer, table, rowsOf(table, scope, locals), scope.parameters);
  for (const parameter of scope.parameters) writeParameter(writer, parameter);
  if (scope.now !== undefined) writeParameter(writer, nowValue(scope.now));
  writeVariables(writer, scope);
  const request = Buffer.concat([plan.request, written(writer)]);
  let answer: object;
  try {
    answer = await context.client.callEncoded('EvaluateQuery', request);
  } catch (error) {
    throw queryError(error, plan.text);
  }
  const decoders = plan.output.map(cellDecoder);
  return children(child(answer, 'content', 'tableData'), 'row').map((row) => {
    const cells = Array.isArray(row.cell) ? row.cell : [];
    return decoders.map((decode, index) => decode(cells[index]));
  });
}

function nowValue(now: Date): TypedValue {
  const field: Field = { name: nowParameter, type: 'TIMESTAMP', mode: 'NULLABLE' };
  return { name: nowParameter, field, cell: `${now.getTime()}000` };
}

function rowsOf(table: PlannedTable, scope: Scope, locals: ReadonlyMap<string, RowSource>): RowSource {
  const local = locals.get(table.fullName);
  if (local !== undefined) return local;
  const rows = table.reference && scope.read(table.reference)?.rows;
  if (rows === undefined) throw tableNotFound(table.reference ?? emptyReference(table.fullName));
  return { rows };
}

function emptyReference(name: string): TableReference {
  return { projectId: '', datasetId: '', tableId: name };
}

/** One entry of EvaluateQueryRequest.table_content (field 7): the rows that the query can need of a table. */
function writeTable(
  writer: ByteWriter,
  table: PlannedTable,
  source: RowSource,
  parameters: readonly TypedValue[],
): void {
  const tests = table.alternatives?.map((conditions) => rowTest(conditions, parameters));
  const encoders = table.schema.map((field, index) =>
    table.columns.has(index) ? cellEncoder(field) : undefined,
  );
  const withPlace = table.withRowColumn && table.columns.has(table.schema.length);
  const entry = beginMessage(writer, 7);
  writeString(writer, 1, table.name);
  const content = beginMessage(writer, 2);
  const data = beginMessage(writer, 1);
  for (const [index, row] of source.rows.entries()) {
    if (tests !== undefined && !tests.some((test) => test(row))) continue;
    const place = withPlace ? (source.places?.[index] ?? index) : undefined;
    writeRow(writer, encoders, row, table.withRowColumn, place);
  }
  endMessage(writer, data);
  endMessage(writer, content);
  endMessage(writer, entry);
}

function writeRow(
  writer: ByteWriter,
  encoders: readonly (CellEncoder | undefined)[],
  row: Row,
  withRowColumn: boolean,
  place: number | undefined,
): void {
  const start = beginMessage(writer, 1);
  for (let index = 0; index < encoders.length; index += 1) {
    const encode = encoders[index];
    if (encode === undefined) {
      writeTag(writer, 1, 2);
      writeVarint(writer, 0);
    } else {
      const cell = beginMessage(writer, 1);
      encode(writer, row[index]);
      endMessage(writer, cell);
    }
  }
  if (withRowColumn) {
    const cell = beginMessage(writer, 1);
    if (place !== undefined) {
      writeTag(writer, 2, 0);
      writeVarint(writer, place);
    }
    endMessage(writer, cell);
  }
  endMessage(writer, start);
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
