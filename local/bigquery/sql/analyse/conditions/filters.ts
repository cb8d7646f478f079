import type { Cell, Field } from '../../../model';
import { cellDecoder } from '../../codec/decode-cell';
import { child, children, isNode, stringAt, type TreeNode, unwrap } from '../../engine/tree';
import { fieldOfType } from '../engine-types';

/** `column operator value`, for `=` one of several values, which holds for every row that matters. */
export interface Condition {
  readonly columnId: string;
  readonly kind: string;
  readonly operator: ConditionOperator;
  readonly values: readonly ConditionValue[];
}

export type ConditionOperator = '=' | '<' | '<=' | '>' | '>=' | 'is null' | 'is not null';

export type ConditionValue =
  | { readonly cell: Cell }
  | { readonly parameter: string; readonly elements: boolean };

/** The types whose cells are equal exactly when their values are. */
const exactKinds = new Set([
  ...['TYPE_STRING', 'TYPE_INT64', 'TYPE_BOOL', 'TYPE_DATE', 'TYPE_BYTES', 'TYPE_TIMESTAMP'],
]);

/** Types whose order is known here: not FLOAT64, with NaN, nor BYTES, which are held as base64. */
const orderedKinds = new Set([
  ...['TYPE_STRING', 'TYPE_INT64', 'TYPE_DATE', 'TYPE_TIMESTAMP', 'TYPE_DATETIME', 'TYPE_TIME'],
  ...['TYPE_NUMERIC', 'TYPE_BIGNUMERIC'],
]);

const comparisons: Readonly<Record<string, readonly [ConditionOperator, mirrored: ConditionOperator]>> = {
  'ZetaSQL:$less': ['<', '>'],
  'ZetaSQL:$less_or_equal': ['<=', '>='],
  'ZetaSQL:$greater': ['>', '<'],
  'ZetaSQL:$greater_or_equal': ['>=', '<='],
};

/** Reads a column of one of these kinds of type; undefined for another expression. */
export type ReadColumn = (
  expression: unknown,
  kinds: ReadonlySet<string>,
) => { readonly columnId: string; readonly kind: string } | undefined;

/**
 * The conditions that a boolean expression implies by its top-level conjuncts.
 * @param read what counts as a column
 */
export function conditionsOf(expression: unknown, read: ReadColumn = columnOf): readonly Condition[] {
  const call = functionCall(expression);
  if (call?.name === 'ZetaSQL:$and') return call.arguments.flatMap((each) => conditionsOf(each, read));
  return (call === undefined ? booleanColumn(expression, read) : ofCall(call, read)) ?? [];
}

/** Whether an expression is true exactly where its conditions hold. */
export function isAllConditions(expression: unknown): boolean {
  const call = functionCall(expression);
  if (call?.name === 'ZetaSQL:$and') return call.arguments.every(isAllConditions);
  return conditionsOf(expression).length > 0 || isTrue(expression);
}

function isTrue(expression: unknown): boolean {
  const constant = constantOf(expression, 'TYPE_BOOL');
  return constant !== undefined && 'cell' in constant && constant.cell === 'true';
}

function ofCall(
  { name, arguments: given }: FunctionCallNode,
  read: ReadColumn,
): readonly Condition[] | undefined {
  const [first, second, third] = given;
  const comparison = comparisons[name];
  if (comparison !== undefined) {
    const [operator, mirrored] = comparison;
    return ordered(read, first, operator, second) ?? ordered(read, second, mirrored, first);
  }
  switch (name) {
    case 'ZetaSQL:$equal':
      return membership(read, first, [second]) ?? membership(read, second, [first]);
    case 'ZetaSQL:$in':
      return membership(read, first, given.slice(1));
    case 'ZetaSQL:$in_array':
      return arrayMembership(read, first, second);
    case 'ZetaSQL:$between': {
      const [from, to] = [ordered(read, first, '>=', second), ordered(read, first, '<=', third)];
      return from && to && [...from, ...to];
    }
    case 'ZetaSQL:$is_null':
      return nullness(read, first, 'is null');
    case 'ZetaSQL:$not': {
      const negated = functionCall(first);
      return negated?.name === 'ZetaSQL:$is_null'
        ? nullness(read, negated.arguments[0], 'is not null')
        : undefined;
    }
    default:
      return undefined;
  }
}

interface FunctionCallNode {
  readonly name: string;
  readonly arguments: readonly TreeNode[];
}

/** A call of a function, with its name and arguments; undefined for another expression. */
export function functionCall(expression: unknown): FunctionCallNode | undefined {
  const found = unwrap(expression);
  if (found?.kind !== 'resolvedFunctionCallNode') return undefined;
  const base = child(found.node, 'parent') ?? {};
  return { name: stringAt(child(base, 'function'), 'name') ?? '', arguments: children(base, 'argumentList') };
}

const booleanKinds = new Set(['TYPE_BOOL']);
const nullableKinds = new Set([...exactKinds, ...orderedKinds, 'TYPE_DOUBLE']);

function booleanColumn(expression: unknown, read: ReadColumn): readonly Condition[] | undefined {
  const column = read(expression, booleanKinds);
  return column && [{ ...column, operator: '=', values: [{ cell: 'true' }] }];
}

function nullness(
  read: ReadColumn,
  expression: unknown,
  operator: ConditionOperator,
): readonly Condition[] | undefined {
  const column = read(expression, nullableKinds);
  return column && [{ ...column, operator, values: [] }];
}

function ordered(
  read: ReadColumn,
  left: unknown,
  operator: ConditionOperator,
  right: unknown,
): readonly Condition[] | undefined {
  const column = read(left, orderedKinds);
  const value = column && constantOf(right, column.kind);
  return value && [{ ...column, operator, values: [value] }];
}

function membership(
  read: ReadColumn,
  left: unknown,
  right: readonly unknown[],
): readonly Condition[] | undefined {
  const column = read(left, exactKinds);
  if (column === undefined) return undefined;
  const values = right.map((value) => constantOf(value, column.kind));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? [{ ...column, operator: '=', values: known }] : undefined;
}

function arrayMembership(read: ReadColumn, left: unknown, right: unknown): readonly Condition[] | undefined {
  const column = read(left, exactKinds);
  const found = unwrap(right);
  if (column === undefined || found?.kind !== 'resolvedParameterNode') return undefined;
  const element = stringAt(child(typeOf(found.node), 'arrayType', 'elementType'), 'typeKind');
  const name = stringAt(found.node, 'name');
  if (element !== column.kind || !name) return undefined;
  return [{ ...column, operator: '=', values: [{ parameter: name.toLowerCase(), elements: true }] }];
}

/** A column of one of these kinds of type; undefined for another expression. */
export function columnOf(
  expression: unknown,
  kinds: ReadonlySet<string>,
): { readonly columnId: string; readonly kind: string } | undefined {
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
  if (found === undefined || typeKindOf(found.node) !== kind) return undefined;
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

/** The kind of an expression's type: `TYPE_STRING` and the like. */
export const typeKindOf = (node: TreeNode): string | undefined => stringAt(typeOf(node), 'typeKind');

/** A condition on a column of one table, given by its index. */
export interface ColumnCondition {
  readonly index: number;
  readonly field: Field;
  readonly operator: ConditionOperator;
  readonly values: Condition['values'];
}
