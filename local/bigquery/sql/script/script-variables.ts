import type { Field } from '../../model';
import { sqlType } from '../analyse/engine-types';
import { planQuery } from '../analyse/plan-query';
import { type ByteSpan, child, children, pathSegments, spanOf, stringAt, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluateUnlessDry } from '../evaluate/check-evaluable';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { bytesAt, derived, toBytes } from '../parse/sql-text';
import type { TypedValue } from '../scope';

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
export async function assignVariable(run: StatementRun): Promise<undefined> {
  const { script, scope, statement } = run;
  const { node, span } = statement;
  const name = stringAt(child(node, 'variable'), 'idString') ?? '';
  const variable = scope.variables.get(name.toLowerCase());
  const at = spanOf(child(node, 'variable')) ?? span;
  if (variable === undefined) throw invalidQuery(`Undeclared variable: ${name}`, script, at.start);
  const value = bytesAt(script, spanOf(unwrap(node.expression)?.node) ?? span);
  const expression = `CAST((${value}\n) AS ${toBytes(sqlType(variable.field))})`;
  scope.variables.set(name.toLowerCase(), await evaluated(run, expression, variable.name));
  return undefined;
}

/** SET (a, b) = struct: each variable gets a field. */
export async function assignStruct(run: StatementRun): Promise<undefined> {
  const { script, statement } = run;
  const { node, span } = statement;
  const names = children(child(node, 'variables'), 'identifierList').flatMap(
    (each) => stringAt(each, 'idString') ?? [],
  );
  const { field, cell } = await givenValue(run, node.structExpression, '');
  const fields = field.fields ?? [];
  if (fields.length !== names.length)
    throw invalidQuery('Number of variables and of fields of the struct differ', script, span.start);
  for (const [index, name] of names.entries()) {
    const inner = fields[index];
    const value = Array.isArray(cell) ? (cell[index] ?? null) : null;
    if (inner !== undefined) await assignCell(run, name, { name, field: inner, cell: value });
  }
  return undefined;
}

/** SET @@variable = expression. A label of the query changes nothing here, nor does the time zone that there is. */
export async function assignSystemVariable(run: StatementRun): Promise<undefined> {
  const { node } = run.statement;
  const name = pathSegments(child(node, 'systemVariable', 'path'))
    .join('.')
    .toLowerCase();
  const literal = stringAt(unwrap(node.expression)?.node, 'stringValue');
  await textValue(run, node.expression);
  if (name === 'query_label' || (name === 'time_zone' && literal === 'UTC')) return undefined;
  throw notImplemented(`SET @@${name}`);
}

/** Gives a variable a value, cast to the variable's type. */
export async function assignCell(run: StatementRun, name: string, value: TypedValue): Promise<void> {
  const { scope, script, statement } = run;
  const variable = scope.variables.get(name.toLowerCase());
  if (variable === undefined)
    throw invalidQuery(`Undeclared variable: ${name}`, script, statement.span.start);
  const given = { ...value, name: '__given' };
  const inner = { ...run, scope: { ...scope, variables: new Map([['__given', given]]) } };
  const expression = `CAST(__given AS ${toBytes(sqlType(variable.field))})`;
  scope.variables.set(name.toLowerCase(), await evaluated(inner, expression, variable.name));
}

/** The value of an expression of the script. */
export function givenValue(run: StatementRun, expression: unknown, name: string): Promise<TypedValue> {
  const place = spanOf(unwrap(expression)?.node) ?? run.statement.span;
  return evaluated(run, `(${bytesAt(run.script, place)}\n)`, name, place.start);
}

/** The value of an expression as a text. */
export async function textValue(run: StatementRun, expression: unknown): Promise<string> {
  const { cell } = await givenValue(run, expression, '');
  return typeof cell === 'string' ? cell : '';
}

/** Whether the condition of an IF is true, or that of a CASE equals what is compared. */
export async function conditionHolds(
  run: StatementRun,
  condition: unknown,
  compared?: ByteSpan,
): Promise<boolean> {
  const place = spanOf(unwrap(condition)?.node) ?? run.statement.span;
  const own = `(${bytesAt(run.script, place)}\n)`;
  const whole = compared === undefined ? own : `(${bytesAt(run.script, compared)}\n) = ${own}`;
  const { cell } = await evaluated(run, `CAST(${whole} AS BOOL)`, '', place.start);
  return cell === 'true';
}

/** The value of a text as one of a type, which is also a text. */
export const typedValue = (
  run: StatementRun,
  name: string,
  type: string,
  value: string,
): Promise<TypedValue> => evaluated(run, `CAST((${value}\n) AS ${type})`, name);

async function evaluated(
  { context, scope, script, statement, dry }: StatementRun,
  expression: string,
  name: string,
  offset = statement.span.start,
): Promise<TypedValue> {
  const plan = await planQuery(context, { text: derived(script, `SELECT ${expression}`, offset), scope });
  const [output] = plan.output;
  const field: Field = { ...(output ?? { type: 'INTEGER', mode: 'NULLABLE' }), name };
  const [row] = await evaluateUnlessDry(context, plan, scope, dry);
  return { name, field, cell: row?.[0] ?? (field.mode === 'REPEATED' ? [] : null) };
}
