import type { Cell, Field, Row, StatementResult, TableSnapshot } from '../../model';
import { planQuery } from '../analyse/plan-query';
import type { QueryPlan } from '../analyse/query-plan';
import { child, children, spanOf, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluateUnlessDry } from '../evaluate/check-evaluable';
import { coercedRows } from '../evaluate/coerce';
import { evaluate } from '../evaluate/evaluate';
import { rowFit } from '../evaluate/fit-cells';
import { derived, slice } from '../parse/sql-text';
import { changeTable } from './change-table';
import { castValue, defaultValue, insertedColumns } from './column-expressions';

interface InsertedRows {
  readonly rows: readonly Row[];
  readonly plans: readonly QueryPlan[];
}

/** INSERT of VALUES or of a query's rows. */
export function runInsertStatement(statement: StatementRun): Promise<StatementResult> {
  return changeTable('INSERT', statement, async (current, run) => {
    const { rows, plans } = await newRows(run, current);
    return {
      change: rows.length > 0 ? { kind: 'append', rows } : undefined,
      counts: { insertedRowCount: rows.length },
      plans,
      processesTarget: false,
    };
  });
}

async function newRows(run: StatementRun, { schema }: TableSnapshot): Promise<InsertedRows> {
  const { node } = run.statement;
  const columns = insertedColumns(schema, child(node, 'columnList'));
  const fields = columns.flatMap((index) => schema[index] ?? []);
  const rowList = child(node, 'rows');
  const given =
    rowList === undefined
      ? await queriedRows(run, fields)
      : await listedRows(run, fields, children(rowList, 'rows'));
  if (run.dry) return given;
  const missing = schema.flatMap((_, index) => (columns.includes(index) ? [] : [index]));
  const missingFields = missing.flatMap((index) => schema[index] ?? []);
  const defaults = await defaultRows(run, missingFields, given.rows.length);
  const fitRow = rowFit(schema);
  const rows = given.rows.map((row, at) => {
    const cells: Cell[] = schema.map(() => null);
    for (const [position, index] of columns.entries()) cells[index] = row[position] ?? null;
    for (const [position, index] of missing.entries()) cells[index] = defaults[at]?.[position] ?? null;
    return fitRow(cells);
  });
  return { rows, plans: given.plans };
}

/** The rows of VALUES: one array of structs, so that the engine reads any number of rows as one query. */
async function listedRows(
  run: StatementRun,
  fields: readonly Field[],
  rows: readonly TreeNode[],
): Promise<InsertedRows> {
  const { context, scope, script, statement, dry } = run;
  const structs = rows.map((row) => {
    const given = children(row, 'values');
    const values = fields.map((field, at) => `${castValue(run, field, given[at])} AS c${at}`);
    return `STRUCT(${values.join(', ')})`;
  });
  const list = fields.map((_, at) => `c${at}`).join(', ');
  const sql = `SELECT ${list} FROM UNNEST([${structs.join(', ')}]) WITH OFFSET AS __place ORDER BY __place`;
  const plan = await planQuery(context, { text: derived(script, sql, statement.span.start), scope });
  return { rows: await evaluateUnlessDry(context, plan, scope, dry), plans: [plan] };
}

async function queriedRows(
  { context, scope, script, statement, dry }: StatementRun,
  fields: readonly Field[],
): Promise<InsertedRows> {
  const query = slice(script, spanOf(child(statement.node, 'query')) ?? statement.span);
  return coercedRows(context, scope, query, fields, dry);
}

/** The values of columns that the statement leaves out, row by row; no rows where they are all null. */
async function defaultRows(
  { context, scope, script }: StatementRun,
  fields: readonly Field[],
  count: number,
): Promise<readonly Row[]> {
  if (count === 0 || fields.every((field) => field.defaultValueExpression === undefined)) return [];
  const sql = `SELECT ${fields.map(defaultValue).join(', ')} FROM UNNEST(GENERATE_ARRAY(1, ${count}))`;
  const plan = await planQuery(context, { text: derived(script, sql), scope });
  return evaluate(context, plan, scope);
}
