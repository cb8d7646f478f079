import type { Field } from '../model';
import { sqlType } from './analyse/engine-types';
import { planQuery } from './analyse/plan-query';
import { type ChangingStatement, textOf } from './dml/change-table';
import { child, children, span, text, unwrap } from './engine/tree';
import type { EngineContext } from './engine-context';
import { evaluate } from './evaluate/evaluate';
import { invalidQuery } from './parse/query-errors';
import { derived, toBytes } from './parse/sql-text';
import type { TypedValue } from './read-parameters';
import type { Scope } from './scope';

/** DECLARE: gives the names it declared, in lower case. */
export async function declareVariables(
  context: EngineContext,
  scope: Scope,
  variables: Map<string, TypedValue>,
  declaring: ChangingStatement,
  dry: boolean,
): Promise<readonly string[]> {
  const { node, span: place } = declaring.statement;
  const type = span(unwrap(node.type)?.node);
  const defaultPlace = span(unwrap(node.defaultValue)?.node);
  const value = defaultPlace === undefined ? 'NULL' : textOf(declaring, defaultPlace);
  const expression = type === undefined ? `(${value}\n)` : `CAST((${value}\n) AS ${textOf(declaring, type)})`;
  const names = children(child(node, 'variableList'), 'identifierList').flatMap(
    (each) => text(each, 'idString') ?? [],
  );
  for (const name of names) {
    const known = await evaluated(context, scope, declaring, expression, name, place.start, dry);
    variables.set(name.toLowerCase(), known);
  }
  return names.map((name) => name.toLowerCase());
}

/** SET variable = expression. */
export async function assignVariable(
  context: EngineContext,
  scope: Scope,
  variables: Map<string, TypedValue>,
  assigning: ChangingStatement,
  dry: boolean,
): Promise<void> {
  const { node, span: place } = assigning.statement;
  const name = text(child(node, 'variable'), 'idString') ?? '';
  const variable = variables.get(name.toLowerCase());
  const at = span(child(node, 'variable')) ?? place;
  if (variable === undefined) throw invalidQuery(`Undeclared variable: ${name}`, assigning.script, at.start);
  const value = textOf(assigning, span(unwrap(node.expression)?.node) ?? place);
  const expression = `CAST((${value}\n) AS ${toBytes(sqlType(variable.field))})`;
  const next = await evaluated(context, scope, assigning, expression, variable.name, place.start, dry);
  variables.set(name.toLowerCase(), next);
}

async function evaluated(
  context: EngineContext,
  scope: Scope,
  { script }: ChangingStatement,
  expression: string,
  name: string,
  offset: number,
  dry: boolean,
): Promise<TypedValue> {
  const plan = await planQuery(context, { text: derived(script, `SELECT ${expression}`, offset), scope });
  const [output] = plan.output;
  const field: Field = { ...(output ?? { type: 'INTEGER', mode: 'NULLABLE' }), name };
  const [row] = dry ? [] : await evaluate(context, plan, scope);
  return { name, field, cell: row?.[0] ?? (field.mode === 'REPEATED' ? [] : null) };
}

/** Whether the condition of an IF is true. */
export async function conditionHolds(
  context: EngineContext,
  scope: Scope,
  deciding: ChangingStatement,
  condition: unknown,
  dry: boolean,
): Promise<boolean> {
  const place = span(unwrap(condition)?.node) ?? deciding.statement.span;
  const expression = `CAST((${textOf(deciding, place)}\n) AS BOOL)`;
  const { cell } = await evaluated(context, scope, deciding, expression, '', place.start, dry);
  return cell === 'true';
}
