import { stringAt, unwrap } from '../../engine/tree';
import { type ConditionValue, columnOf, constantOf, functionCall } from './filters';

export type BoundOperator = '=' | '<' | '<=' | '>' | '>=';

/** A parameter's, a literal's or a script variable's value. */
export type BoundValue = ConditionValue | { readonly variable: string };

/** `column operator value`, for `=` one of several values, which holds for every row that matters. */
export interface Bound {
  readonly columnId: string;
  readonly operator: BoundOperator;
  readonly values: readonly BoundValue[];
}

/** A bound of a column of one table, given by its index. */
export type ColumnBound = Omit<Bound, 'columnId'> & { readonly index: number };

const timeKinds = new Set(['TYPE_TIMESTAMP', 'TYPE_DATE', 'TYPE_DATETIME']);

const operators: Readonly<Record<string, BoundOperator>> = {
  'ZetaSQL:$equal': '=',
  'ZetaSQL:$less': '<',
  'ZetaSQL:$less_or_equal': '<=',
  'ZetaSQL:$greater': '>',
  'ZetaSQL:$greater_or_equal': '>=',
};

/** The operator with its sides exchanged. */
const mirrored: Readonly<Record<BoundOperator, BoundOperator>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * The comparisons of columns of time with constants that a boolean expression implies by its top-level
 * conjuncts. An expression that is constant, but no parameter, literal or variable, is none: BigQuery prunes
 * by those, too.
 * https://cloud.google.com/bigquery/docs/querying-partitioned-tables#use_a_constant_filter_expression
 */
export function boundsOf(expression: unknown): readonly Bound[] {
  const call = functionCall(expression);
  if (call === undefined) return [];
  const [first, second, third] = call.arguments;
  if (call.name === 'ZetaSQL:$and') return call.arguments.flatMap(boundsOf);
  if (call.name === 'ZetaSQL:$between')
    return [...bound(first, '>=', [second]), ...bound(first, '<=', [third])];
  if (call.name === 'ZetaSQL:$in') return bound(first, '=', call.arguments.slice(1));
  const operator = operators[call.name];
  if (operator === undefined) return [];
  const plain = bound(first, operator, [second]);
  return plain.length > 0 ? plain : bound(second, mirrored[operator], [first]);
}

function bound(left: unknown, operator: BoundOperator, right: readonly unknown[]): readonly Bound[] {
  const column = columnOf(left, timeKinds);
  if (column === undefined) return [];
  const values = right.map((value) => boundValue(value, column.kind));
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? [{ columnId: column.columnId, operator, values: known }] : [];
}

function boundValue(expression: unknown, kind: string): BoundValue | undefined {
  const constant = constantOf(expression, kind);
  if (constant !== undefined) return constant;
  const found = unwrap(expression);
  if (found?.kind !== 'resolvedConstantNode') return undefined;
  const variable = stringAt(found.node.constant, 'name')?.toLowerCase();
  return variable === undefined ? undefined : { variable };
}
