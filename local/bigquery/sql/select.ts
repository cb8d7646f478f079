import type { Field, Row, StatementResult } from '../model';
import { planQuery } from './analyse/plan-query';
import { type QueryPlan, referencedTables } from './analyse/query-plan';
import type { StatementRun } from './engine-context';
import { bytesProcessed } from './evaluate/bytes-processed';
import { checkEvaluable } from './evaluate/check-evaluable';
import { invalidQuery } from './parse/query-errors';
import { type SqlText, slice } from './parse/sql-text';
import { evaluateInParts } from './parts/in-parts';

/** Runs a query, or only analyses it. */
export async function runSelectStatement({
  context,
  scope,
  script,
  statement,
  dry,
}: StatementRun): Promise<StatementResult> {
  const text = slice(script, statement.span);
  const plan = await planQuery(context, { text, scope, isWritten: true });
  const result = {
    statementType: 'SELECT',
    schema: resultSchema(plan, text),
    referencedTables: referencedTables([plan]),
    bytesProcessed: bytesProcessed([plan], scope),
  } as const;
  if (dry) {
    await checkEvaluable(context, plan, scope);
    return result;
  }
  return { ...result, rows: flattened(plan, await evaluateInParts(context, { text, scope }, plan)) };
}

/** Columns without a name are called `f0_`, `f1_`, …; the struct of `SELECT AS STRUCT` becomes its fields. */
function resultSchema(plan: QueryPlan, text: SqlText): readonly Field[] {
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
