import { BigQueryError } from '../../bigquery-error';
import type { Row } from '../../model';
import { tableNotFoundInQuery } from '../../not-found';
import type { PlannedTable, QueryPlan } from '../analyse/query-plan';
import { cellDecoder } from '../codec/decode-cell';
import { EngineFailure } from '../engine/engine-client';
import { child, children } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { GeneratedTooLongError, queryError } from '../parse/query-errors';
import { pieceworkPlan } from '../repeats/generated-arrays';
import { lighterPlan, lightestPlan } from '../repeats/lighter-plan';
import type { Scope } from '../scope';
import { directRows } from './direct-rows';
import {
  encodedRows,
  encodedTogether,
  encodedValues,
  framing,
  maximumRequest,
  type RowSource,
  tableContent,
} from './encode-request';
import { evaluatePrepared } from './prepared';

import { prunedRows } from './pruned-rows';
import { checkSystemTimes } from './system-times';

export type { RowSource } from './encode-request';

/** Rows and elements of arrays from which on it is worth a second plan that no query inside it is evaluated often. */
const manyRows = 400;
/** From which on partitions of windows may be large. */
const veryManyRows = 30_000;

/**
 * Evaluates a planned query and returns its rows. Where there are many, queries inside expressions are evaluated as
 * joins.
 * @throws TooLargeError where the rows must be seen together and do not fit
 */
export async function evaluate(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  locals: ReadonlyMap<string, RowSource> = new Map(),
): Promise<readonly Row[]> {
  if (plan.systemTimes.length > 0)
    await checkSystemTimes(context, plan, scope, (time) => evaluate(context, time, scope));
  const direct = chosenRows(plan, scope, locals);
  if (direct !== undefined) return direct;
  const lighter = plan.mayRepeat
    ? await lighterFor(context, plan, scope, weightOf(plan, scope, locals))
    : undefined;
  if (lighter === undefined) return evaluatePiecework(context, plan, scope, locals);
  try {
    return await evaluate(context, lighter, scope, locals);
  } catch (error) {
    if (!(error instanceof BigQueryError) || error.reason !== 'resourcesExceeded') throw error;
    return evaluatePiecework(context, plan, scope, locals);
  }
}

function lighterFor(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  weight: number,
): Promise<QueryPlan | undefined> {
  const { lighterFrom = manyRows } = context;
  if (weight < lighterFrom) return Promise.resolve(undefined);
  const derive = weight < (context.lighterFrom ?? veryManyRows) ? lighterPlan : lightestPlan;
  return derive(context, plan, scope);
}

/** Arrays that are too long to be generated at once are generated in pieces. */
async function evaluatePiecework(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  locals: ReadonlyMap<string, RowSource>,
): Promise<readonly Row[]> {
  try {
    return await evaluateAsPlanned(context, plan, scope, locals);
  } catch (error) {
    const piecework =
      error instanceof GeneratedTooLongError ? await pieceworkPlan(context, plan, scope) : undefined;
    if (piecework === undefined) throw error;
    return evaluateAsPlanned(context, piecework, scope, locals);
  }
}

/** The rows of a query that computes nothing. */
function chosenRows(
  { direct, tables: [table] }: QueryPlan,
  scope: Scope,
  locals: ReadonlyMap<string, RowSource>,
): readonly Row[] | undefined {
  if (direct === undefined || table === undefined) return undefined;
  return directRows(direct, table.schema, rowsOf(table, scope, locals), scope.parameters);
}

function weightOf({ tables }: QueryPlan, scope: Scope, locals: ReadonlyMap<string, RowSource>): number {
  const values = [...scope.parameters, ...scope.variables.values()];
  const elements = values.reduce((sum, { cell }) => sum + (Array.isArray(cell) ? cell.length : 0), 0);
  return tables.reduce((sum, { fullName, reference }) => {
    const stored = reference && scope.read(reference);
    return sum + ((locals.get(fullName) ?? stored)?.rows.length ?? 0);
  }, elements);
}

/**
 * Evaluates a planned query and returns its rows. A table that does not fit into one request is sent in
 * pieces if the query works row by row.
 * @throws TooLargeError where the rows must be seen together and do not fit
 */
async function evaluateAsPlanned(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  locals: ReadonlyMap<string, RowSource>,
): Promise<readonly Row[]> {
  try {
    const prepared = await evaluatePrepared(context, plan, scope, (table) => rowsOf(table, scope, locals));
    if (prepared !== undefined) return decodedRows(plan, prepared);
  } catch (error) {
    throw outgrown(error, plan) ?? queryError(error, plan.text);
  }
  const parts: Buffer[] = [plan.request, encodedValues(scope)];
  const divisible: { readonly table: PlannedTable; readonly pieces: readonly Buffer[] }[] = [];
  const room = () => maximumRequest - parts.reduce((sum, part) => sum + part.length + framing, 0);
  for (const table of [...plan.tables].sort(
    (left, right) => Number(left.divisible) - Number(right.divisible),
  )) {
    const source = rowsOf(table, scope, locals);
    if (!table.divisible) {
      const rows = encodedTogether(table, source, scope.parameters, room(), 'row');
      if (typeof rows === 'number') throw tooLarge(table, rows);
      parts.push(tableContent(table.name, rows));
      continue;
    }
    const pieces = encodedRows(table, source, scope.parameters, room());
    const [first] = pieces;
    if (first !== undefined && pieces.length === 1 && first.length <= room())
      parts.push(tableContent(table.name, first));
    else divisible.push({ table, pieces });
  }
  const [divided, ...others] = divisible;
  if (divided === undefined) return request(context, plan, parts);
  const fits = divided.pieces.every((piece) => piece.length <= room());
  if (others.length > 0 || !fits) throw tooLarge(divided.table, divided.pieces.length);
  const rows: Row[] = [];
  for (const piece of divided.pieces)
    for (const row of await request(context, plan, [...parts, tableContent(divided.table.name, piece)]))
      rows.push(row);
  return rows;
}

async function request(
  context: EngineContext,
  plan: QueryPlan,
  parts: readonly Buffer[],
): Promise<readonly Row[]> {
  let answer: object;
  try {
    answer = await context.client.callEncoded('EvaluateQuery', Buffer.concat(parts));
  } catch (error) {
    throw outgrown(error, plan) ?? queryError(error, plan.text);
  }
  return decodedRows(plan, answer);
}

function decodedRows(plan: QueryPlan, answer: object): readonly Row[] {
  const decoders = plan.output.map(cellDecoder);
  return children(child(answer, 'content', 'tableData'), 'row').map((row) => {
    const cells = Array.isArray(row.cell) ? row.cell : [];
    return decoders.map((decode, index) => decode(cells[index]));
  });
}

/** The rows that a query needs to see together do not fit into one request. */
export class TooLargeError extends BigQueryError {
  /** @param requests about as many as the rows would fill */
  constructor(
    message: string,
    readonly requests: number,
  ) {
    super('resourcesExceeded', message);
  }
}

function tooLarge(table: PlannedTable, requests: number): TooLargeError {
  const name = table.reference?.tableId ?? table.name;
  return new TooLargeError(
    `Resources exceeded during query execution: the local SQL engine takes at most 4 MiB of rows and parameters at once, and the rows that this query needs of table ${name} are more. Filter them by equality with a value, or use fewer columns.`,
    requests,
  );
}

/** The engine gives a query 128 MiB at most, whatever its settings; a query over fewer rows needs less. */
function outgrown(error: unknown, { tables }: QueryPlan): TooLargeError | undefined {
  const isSo =
    error instanceof EngineFailure && error.message.startsWith('Out of memory for MemoryAccountant');
  if (!isSo) return undefined;
  const names = tables.map(({ name, reference }) => reference?.tableId ?? name).join(', ');
  return new TooLargeError(
    `Resources exceeded during query execution: the local SQL engine has 128 MiB for a query, and this one needs more for the rows of ${names}. Filter them, or use fewer columns.`,
    2,
  );
}

function rowsOf(table: PlannedTable, scope: Scope, locals: ReadonlyMap<string, RowSource>): RowSource {
  const local = locals.get(table.fullName);
  if (local !== undefined) return local;
  const { reference } = table;
  if (reference === undefined) throw new Error(`No rows were given for ${table.fullName}`);
  const snapshot = scope.read(reference);
  if (snapshot === undefined) throw tableNotFoundInQuery(reference);
  return prunedRows(table, snapshot, scope);
}
