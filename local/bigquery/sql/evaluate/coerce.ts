import type { Field, Row } from '../../model';
import { sameCells, sqlType } from '../analyse/engine-types';
import { planIfSound, planQuery } from '../analyse/plan-query';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import { backquoted, derived, type SqlText, toBytes } from '../parse/sql-text';
import { evaluateInParts } from '../parts/in-parts';
import type { LocalTable, Scope } from '../scope';
import { checkEvaluable } from './check-evaluable';
import { evaluate } from './evaluate';

/**
 * The rows of a query as values of given columns. Where the types differ, the engine is asked for the
 * columns' types, which also reads literals as BigQuery does. Where it refuses (set operations), the result
 * is cast.
 */
export async function coercedRows(
  context: EngineContext,
  scope: Scope,
  query: SqlText,
  fields: readonly Field[],
  dry: boolean,
): Promise<{ readonly rows: readonly Row[]; readonly plans: readonly QueryPlan[] }> {
  const plain = await planQuery(context, { text: query, scope });
  const fitting = plain.output.every((field, index) => {
    const wanted = fields[index];
    return wanted !== undefined && sameCells(field, wanted);
  });
  const typed = fitting ? plain : await planIfSound(context, { text: query, scope, columnTypes: fields });
  const plan = typed ?? plain;
  if (dry) {
    await checkEvaluable(context, plan, scope);
    return { rows: [], plans: [plan] };
  }
  // A query read in parts keeps its own types, so it can stand for the typed one only where those fit.
  const rows = fitting
    ? await evaluateInParts(context, { text: query, scope }, plan)
    : await evaluate(context, plan, scope);
  return {
    rows: typed === undefined ? await cast(context, scope, query, plain, rows, fields) : rows,
    plans: [plan],
  };
}

/** Casts evaluated rows, column by column. A column without a value needs no cast, whatever its type. */
async function cast(
  context: EngineContext,
  scope: Scope,
  query: SqlText,
  plan: QueryPlan,
  rows: readonly Row[],
  fields: readonly Field[],
): Promise<readonly Row[]> {
  const schema = plan.output.map((field, index) => ({ ...field, name: `c${index}` }));
  const empty = schema.map((_, index) =>
    rows.every((row) => {
      const cell = row[index] ?? null;
      return cell === null || (Array.isArray(cell) && cell.length === 0);
    }),
  );
  const columns = fields.map((field, index) => {
    const value = empty[index] ? 'NULL' : backquoted(`c${index}`);
    return `CAST(${value} AS ${toBytes(sqlType(field))})`;
  });
  const local: LocalTable = { name: '__rows', schema };
  const sql = `SELECT ${columns.join(', ')} FROM __rows ORDER BY __row_index`;
  const castPlan = await planQuery(context, { text: derived(query, sql), scope, locals: [local] });
  return evaluate(context, castPlan, scope, new Map([[local.name, { rows }]]));
}
