import type { Cell, Field, Row } from '../../model';
import { cellDecoder } from '../codec/decode-cell';
import { child, children, isNode, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { TypedValue } from '../scope';
import { fieldOfType } from './engine-types';

/** `column = value` or `column IN (values)`, which holds for every row that matters. */
export interface Condition {
  readonly columnId: string;
  readonly kind: string;
  readonly values: readonly ConditionValue[];
}
export type ConditionValue =
  | { readonly cell: Cell }
  | { readonly parameter: string; readonly elements: boolean };

/** The types whose cells are equal exactly when their values are. */
const exactKinds = new Set([
  ...['TYPE_STRING', 'TYPE_INT64', 'TYPE_BOOL', 'TYPE_DATE', 'TYPE_BYTES', 'TYPE_TIMESTAMP'],
]);

/** The conditions that a boolean expression implies by its top-level conjuncts. */
export function conditionsOf(expression: unknown): readonly Condition[] {
  const call = functionCall(expression);
  if (call === undefined) return booleanColumn(expression);
  const [first, ...others] = call.arguments;
  if (call.name === 'ZetaSQL:$and') return call.arguments.flatMap(conditionsOf);
  if (call.name === 'ZetaSQL:$equal') return equality(first, others[0]) ?? equality(others[0], first) ?? [];
  if (call.name === 'ZetaSQL:$in') return membership(first, others) ?? [];
  if (call.name === 'ZetaSQL:$in_array') return arrayMembership(first, others[0]) ?? [];
  return [];
}

/** A call of a function, with its name and arguments; undefined for another expression. */
export function functionCall(
  expression: unknown,
): { name: string; arguments: readonly TreeNode[] } | undefined {
  const found = unwrap(expression);
  if (found?.kind !== 'resolvedFunctionCallNode') return undefined;
  const base = child(found.node, 'parent') ?? {};
  return { name: stringAt(child(base, 'function'), 'name') ?? '', arguments: children(base, 'argumentList') };
}

function booleanColumn(expression: unknown): readonly Condition[] {
  const column = columnOf(expression);
  return column?.kind === 'TYPE_BOOL' ? [{ ...column, values: [{ cell: 'true' }] }] : [];
}

function equality(left: unknown, right: unknown): readonly Condition[] | undefined {
  return membership(left, [right]);
}

function membership(left: unknown, right: readonly unknown[]): readonly Condition[] | undefined {
  const column = columnOf(left);
  if (column === undefined) return undefined;
  const values = right.map((value) => constantOf(value, column.kind));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? [{ ...column, values: known }] : undefined;
}

function arrayMembership(left: unknown, right: unknown): readonly Condition[] | undefined {
  const column = columnOf(left);
  const found = unwrap(right);
  if (column === undefined || found?.kind !== 'resolvedParameterNode') return undefined;
  const element = stringAt(child(typeOf(found.node), 'arrayType', 'elementType'), 'typeKind');
  const name = stringAt(found.node, 'name');
  if (element !== column.kind || !name) return undefined;
  return [{ ...column, values: [{ parameter: name.toLowerCase(), elements: true }] }];
}

/** A column of one of these kinds of type; undefined for another expression. */
export function columnOf(
  expression: unknown,
  kinds: ReadonlySet<string> = exactKinds,
): { columnId: string; kind: string } | undefined {
  const found = unwrap(expression);
  if (found?.kind !== 'resolvedColumnRefNode') return undefined;
  const column = child(found.node, 'column');
  const columnId = stringAt(column, 'columnId');
  const kind = stringAt(child(column, 'type'), 'typeKind');
  return columnId !== undefined && kind !== undefined && kinds.has(kind) ? { columnId, kind } : undefined;
}

/** A literal or parameter of this kind of type; undefined for another expression. */
export function constantOf(expression: unknown, kind: string): ConditionValue | undefined {
  const found = unwrap(expression);
  if (found === undefined || stringAt(typeOf(found.node), 'typeKind') !== kind) return undefined;
  if (found.kind === 'resolvedLiteralNode') {
    const literal = child(found.node, 'value');
    return { cell: cellDecoder(fieldOfType('', child(literal, 'type')))(literal?.value) };
  }
  const name = found.kind === 'resolvedParameterNode' ? stringAt(found.node, 'name') : undefined;
  return name ? { parameter: name.toLowerCase(), elements: false } : undefined;
}

/** An expression's type stands in one of its nested `parent`s. */
function typeOf(node: TreeNode): TreeNode | undefined {
  for (let current: TreeNode | undefined = node; current !== undefined; current = child(current, 'parent'))
    if (isNode(current.type)) return current.type;
  return undefined;
}

/** A condition on a column of one table, given by its index. */
export interface ColumnCondition {
  readonly index: number;
  readonly field: Field;
  readonly values: Condition['values'];
}

type RowTest = (row: Row) => boolean;

/** Whether a row meets all conditions of at least one of the alternatives. */
export function anyTest(
  alternatives: readonly (readonly ColumnCondition[])[],
  parameters: readonly TypedValue[],
): RowTest {
  const tests = alternatives.map((conditions) =>
    conditions.map((condition) => columnTest(condition, parameters)).reduce(both),
  );
  return tests.reduce(either);
}

function both(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) && right(row);
}

function either(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) || right(row);
}

function columnTest({ index, field, values }: ColumnCondition, parameters: readonly TypedValue[]): RowTest {
  const cells = new Set(values.flatMap((value) => cellsOf(value, parameters)));
  cells.delete(null);
  const [only] = cells;
  if (cells.size === 0) return () => false;
  const wholeNumber = field.type === 'INTEGER' || field.type === 'TIMESTAMP';
  if (wholeNumber) return (row) => cells.has(canonical(row[index] ?? null));
  if (cells.size === 1) return (row) => row[index] === only;
  return (row) => cells.has(row[index] ?? null);
}

/** The values that a condition compares with. */
export function cellsOf(value: ConditionValue, parameters: readonly TypedValue[]): readonly Cell[] {
  if ('cell' in value) return [value.cell];
  const parameter = parameters.find(({ name }) => name.toLowerCase() === value.parameter);
  if (parameter === undefined) return [];
  if (!value.elements) return [parameter.cell];
  return Array.isArray(parameter.cell) ? parameter.cell : [];
}

/** A stored whole number may have needless signs and zeros; everything else has one form. */
function canonical(cell: Cell): Cell {
  if (typeof cell !== 'string' || /^(0|-?[1-9]\d*)$/.test(cell)) return cell;
  return BigInt(cell.trim().replace(/^\+/, '')).toString();
}
