import type { Cell, Field, Row, StatementResult, TableReference, TableSnapshot } from '../../model';
import { sqlType } from '../analyse/engine-types';
import { planQuery, type QueryPlan } from '../analyse/plan-query';
import { child, children, type Node, span, text, unwrap } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { bytesProcessed } from '../evaluate/bytes-processed';
import { coercedRows } from '../evaluate/coerce';
import { evaluate } from '../evaluate/evaluate';
import { derived, type SqlText, slice, toBytes } from '../parse/sql-text';
import type { Scope } from '../scope';
import { referencedTables } from '../select';
import {
  type ChangingStatement,
  changeTable,
  check,
  columnIndex,
  targetReference,
  textOf,
} from './change-table';
import { rowFit } from './fit-cells';

interface Inserted {
  readonly rows: readonly Row[];
  readonly plans: readonly QueryPlan[];
}

/** INSERT of VALUES or of a query's rows. */
export async function runInsert(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const target = targetReference(scope, changing);
  return changeTable(scope, target, dry, async (current, inside) => {
    await check(context, inside, changing);
    const { rows, plans } = await newRows(context, inside, changing, current, dry);
    const result = insertResult(target, plans, inside, rows.length, dry);
    return { change: rows.length > 0 ? { kind: 'append', rows } : undefined, result };
  });
}

function insertResult(
  target: TableReference,
  plans: readonly QueryPlan[],
  scope: Scope,
  count: number,
  dry: boolean,
): StatementResult {
  return {
    statementType: 'INSERT',
    ...(!dry && { dmlStats: { insertedRowCount: count, updatedRowCount: 0, deletedRowCount: 0 } }),
    referencedTables: [target, ...referencedTables(plans)].filter(distinct),
    bytesProcessed: bytesProcessed(plans, scope),
  };
}

export function distinct<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.findIndex((other) => JSON.stringify(other) === JSON.stringify(value)) === index;
}

async function newRows(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  current: TableSnapshot,
  dry: boolean,
): Promise<Inserted> {
  const { node } = changing.statement;
  const names = children(child(node, 'columnList'), 'identifiers').flatMap(
    (name) => text(name, 'idString') ?? [],
  );
  const columns =
    names.length === 0
      ? current.schema.map((_, index) => index)
      : names.map((name) => columnIndex(current.schema, name));
  const rowList = child(node, 'rows');
  const given =
    rowList === undefined
      ? await queriedRows(context, scope, changing, current, columns, dry)
      : await listedRows(context, scope, changing, current, columns, children(rowList, 'rows'), dry);
  if (dry) return given;
  const missing = current.schema.flatMap((_, index) => (columns.includes(index) ? [] : [index]));
  const defaults = await defaultRows(
    context,
    scope,
    changing.script,
    current.schema,
    missing,
    given.rows.length,
  );
  const fitCell = rowFit(current.schema);
  const rows = given.rows.map((row, at) => {
    const cells: Cell[] = current.schema.map(() => null);
    for (const [position, index] of columns.entries()) cells[index] = row[position] ?? null;
    for (const [position, index] of missing.entries()) cells[index] = defaults[at]?.[position] ?? null;
    return fitCell(cells);
  });
  return { rows, plans: given.plans };
}

/** The rows of VALUES: one array of structs, so that the engine reads any number of rows as one query. */
async function listedRows(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  current: TableSnapshot,
  columns: readonly number[],
  rows: readonly Node[],
  dry: boolean,
): Promise<Inserted> {
  const structs = rows.map((row) => {
    const values = columns.map((index, position) => {
      const field = current.schema[index];
      const value = children(row, 'values')[position];
      return field === undefined ? 'NULL' : `${castValue(changing, field, value)} AS c${position}`;
    });
    return `STRUCT(${values.join(', ')})`;
  });
  const list = columns.map((_, position) => `c${position}`).join(', ');
  const sql = `SELECT ${list} FROM UNNEST([${structs.join(', ')}]) WITH OFFSET AS __place ORDER BY __place`;
  const plan = await planQuery(context, {
    text: derived(changing.script, sql, changing.statement.span.start),
    scope,
  });
  return { rows: dry ? [] : await evaluate(context, plan, scope), plans: [plan] };
}

/** An expression as the value of a column; DEFAULT stands for the column's own. */
export function castValue(changing: ChangingStatement, field: Field, value: Node | undefined): string {
  const found = unwrap(value);
  const place = span(found?.node);
  if (found === undefined || place === undefined || found.kind === 'astDefaultLiteralNode')
    return defaultValue(field);
  return castText(textOf(changing, place), field);
}

export function defaultValue(field: Field): string {
  return castText(toBytes(field.defaultValueExpression ?? 'NULL'), field);
}

/** An expression's text as one of the field's type. */
export function castText(expression: string, field: Field): string {
  return `CAST((${expression}) AS ${toBytes(sqlType(field))})`;
}

async function queriedRows(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  current: TableSnapshot,
  columns: readonly number[],
  dry: boolean,
): Promise<Inserted> {
  const place = span(child(changing.statement.node, 'query')) ?? changing.statement.span;
  const query = slice(changing.script, place.start, place.end);
  const fields = columns.flatMap((index) => current.schema[index] ?? []);
  return coercedRows(context, scope, query, fields, dry);
}

/** The values of columns that a statement leaves out, row by row; no rows where they are all null. */
export async function defaultRows(
  context: EngineContext,
  scope: Scope,
  script: SqlText,
  schema: readonly Field[],
  missing: readonly number[],
  count: number,
): Promise<readonly Row[]> {
  const fields = missing.flatMap((index) => schema[index] ?? []);
  if (count === 0 || fields.every((field) => field.defaultValueExpression === undefined)) return [];
  const sql = `SELECT ${fields.map(defaultValue).join(', ')} FROM UNNEST(GENERATE_ARRAY(1, ${count}))`;
  const plan = await planQuery(context, { text: derived(script, sql), scope });
  return evaluate(context, plan, scope);
}
