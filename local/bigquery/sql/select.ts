import type { Field, Row, StatementResult, TableReference } from '../model';
import { planQuery, type QueryPlan } from './analyse/plan-query';
import type { EngineContext } from './engine-context';
import { bytesProcessed } from './evaluate/bytes-processed';
import { invalidQuery } from './parse/query-errors';
import type { SqlText } from './parse/sql-text';
import { evaluateInParts } from './parts/in-parts';
import { type Scope, tableKey } from './scope';

/** Runs a query, or only analyses it. */
export async function runSelect(
  context: EngineContext,
  scope: Scope,
  text: SqlText,
  dry: boolean,
): Promise<StatementResult> {
  const plan = await planQuery(context, { text, scope });
  const schema = resultSchema(plan, text);
  const result = {
    statementType: 'SELECT',
    schema,
    referencedTables: referencedTables([plan]),
    bytesProcessed: bytesProcessed([plan], scope),
  } as const;
  if (dry) return result;
  return { ...result, rows: flattened(plan, await evaluateInParts(context, { text, scope }, plan)) };
}

/** The stored tables that plans read, each once. */
export function referencedTables(plans: readonly QueryPlan[]): readonly TableReference[] {
  const found = new Map<string, TableReference>();
  for (const plan of plans)
    for (const { reference } of plan.tables) if (reference) found.set(tableKey(reference), reference);
  return [...found.values()];
}

/** Columns without a name are called `f0_`, `f1_`, …; the struct of `SELECT AS STRUCT` becomes its fields. */
export function resultSchema(plan: QueryPlan, text: SqlText): readonly Field[] {
  const [only] = plan.output;
  const columns =
    plan.valueTable && only?.type === 'RECORD' && only.mode !== 'REPEATED' ? only.fields : plan.output;
  let unnamed = 0;
  const schema = (columns ?? []).map((field) =>
    field.name === '' ? { ...field, name: `f${unnamed++}_` } : field,
  );
  const names = schema.map(({ name }) => name.toLowerCase());
  const duplicates = schema.filter(({ name }, index) => names.indexOf(name.toLowerCase()) !== index);
  if (duplicates.length > 0) {
    const list = duplicates.map(({ name }) => name).join(', ');
    throw invalidQuery(
      `Duplicate column names in the result are not supported. Found duplicate(s): ${list}`,
      text,
    );
  }
  return schema;
}

function flattened(plan: QueryPlan, rows: readonly Row[]): readonly Row[] {
  const [only] = plan.output;
  if (!plan.valueTable || only?.type !== 'RECORD' || only.mode === 'REPEATED') return rows;
  return rows.map(([struct]) => (Array.isArray(struct) ? struct : (only.fields ?? []).map(() => null)));
}
