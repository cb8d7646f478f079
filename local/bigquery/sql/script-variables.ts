import type { Field } from '../model';
import { sqlType } from './analyse/engine-types';
import { planQuery } from './analyse/plan-query';
import { child, children, spanOf, stringAt, unwrap } from './engine/tree';
import type { StatementRun } from './engine-context';
import { evaluate } from './evaluate/evaluate';
import { invalidQuery } from './parse/query-errors';
import { bytesAt, derived, toBytes } from './parse/sql-text';
import type { TypedValue } from './scope';

/** DECLARE: sets the variables in the scope. Returns their names, in lower case. */
export async function declareVariables(run: StatementRun): Promise<readonly string[]> {
  const { script, scope, statement } = run;
  const { node } = statement;
  const type = spanOf(unwrap(node.type)?.node);
  const defaultPlace = spanOf(unwrap(node.defaultValue)?.node);
  const value = defaultPlace === undefined ? 'NULL' : bytesAt(script, defaultPlace);
  const expression = type === undefined ? `(${value}\n)` : `CAST((${value}\n) AS ${bytesAt(script, type)})`;
  const names = children(child(node, 'variableList'), 'identifierList').flatMap(
    (each) => stringAt(each, 'idString') ?? [],
  );
  for (const name of names) scope.variables.set(name.toLowerCase(), await evaluated(run, expression, name));
  return names.map((name) => name.toLowerCase());
}

/** SET variable = expression. */
export async function assignVariable(run: StatementRun): Promise<void> {
  const { script, scope, statement } = run;
  const { node, span } = statement;
  const name = stringAt(child(node, 'variable'), 'idString') ?? '';
  const variable = scope.variables.get(name.toLowerCase());
  const at = spanOf(child(node, 'variable')) ?? span;
  if (variable === undefined) throw invalidQuery(`Undeclared variable: ${name}`, script, at.start);
  const value = bytesAt(script, spanOf(unwrap(node.expression)?.node) ?? span);
  const expression = `CAST((${value}\n) AS ${toBytes(sqlType(variable.field))})`;
  scope.variables.set(name.toLowerCase(), await evaluated(run, expression, variable.name));
}

/** Whether the condition of an IF is true. */
export async function conditionHolds(run: StatementRun, condition: unknown): Promise<boolean> {
  const place = spanOf(unwrap(condition)?.node) ?? run.statement.span;
  const expression = `CAST((${bytesAt(run.script, place)}\n) AS BOOL)`;
  const { cell } = await evaluated(run, expression, '', place.start);
  return cell === 'true';
}

async function evaluated(
  { context, scope, script, statement, dry }: StatementRun,
  expression: string,
  name: string,
  offset = statement.span.start,
): Promise<TypedValue> {
  const plan = await planQuery(context, { text: derived(script, `SELECT ${expression}`, offset), scope });
  const [output] = plan.output;
  const field: Field = { ...(output ?? { type: 'INTEGER', mode: 'NULLABLE' }), name };
  const [row] = dry ? [] : await evaluate(context, plan, scope);
  return { name, field, cell: row?.[0] ?? (field.mode === 'REPEATED' ? [] : null) };
}
