import type { Cell, Row } from '../../model';
import type { ColumnCondition, ConditionValue } from '../analyse/conditions/filters';
import type { TypedValue } from '../scope';
import { canonical, cellOrder, compareCells } from './cell-order';

export type RowTest = (row: Row) => boolean;

/** Whether a row meets all conditions of at least one of the alternatives. */
export function anyTest(
  alternatives: readonly (readonly ColumnCondition[])[],
  parameters: readonly TypedValue[],
): RowTest {
  return alternatives.map((conditions) => allTest(conditions, parameters)).reduce(either);
}

/** Whether a row meets all conditions. */
export function allTest(conditions: readonly ColumnCondition[], parameters: readonly TypedValue[]): RowTest {
  return conditions.map((condition) => columnTest(condition, parameters)).reduce(both, () => true);
}

function both(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) && right(row);
}

function either(left: RowTest, right: RowTest): RowTest {
  return (row) => left(row) || right(row);
}

function columnTest(condition: ColumnCondition, parameters: readonly TypedValue[]): RowTest {
  const { index, operator, values } = condition;
  switch (operator) {
    case 'is null':
      return (row) => (row[index] ?? null) === null;
    case 'is not null':
      return (row) => (row[index] ?? null) !== null;
    case '=':
      return equalityTest(condition, parameters);
    default: {
      const [value = null] = values.flatMap((each) => cellsOf(each, parameters));
      return orderTest(condition, operator, value);
    }
  }
}

function equalityTest({ index, field, values }: ColumnCondition, parameters: readonly TypedValue[]): RowTest {
  const cells = new Set(values.flatMap((value) => cellsOf(value, parameters)));
  cells.delete(null);
  const [only] = cells;
  if (cells.size === 0) return () => false;
  const wholeNumber = field.type === 'INTEGER' || field.type === 'TIMESTAMP';
  if (wholeNumber) return (row) => cells.has(canonical(row[index] ?? null));
  if (cells.size === 1) return (row) => row[index] === only;
  return (row) => cells.has(row[index] ?? null);
}

/** Compared with null, nothing holds. */
function orderTest(
  { index, field }: ColumnCondition,
  operator: '<' | '<=' | '>' | '>=',
  value: Cell,
): RowTest {
  const order = cellOrder(field.type);
  if (order === undefined) throw new Error(`No order of ${field.type} is known`);
  if (typeof value !== 'string') return () => false;
  const holds = {
    '<': (order: number) => order < 0,
    '<=': (order: number) => order <= 0,
    '>': (order: number) => order > 0,
    '>=': (order: number) => order >= 0,
  }[operator];
  return (row) => {
    const cell = row[index];
    return typeof cell === 'string' && holds(compareCells(order, cell, value));
  };
}

/** The values that a condition compares with. */
export function cellsOf(value: ConditionValue, parameters: readonly TypedValue[]): readonly Cell[] {
  if ('cell' in value) return [value.cell];
  const parameter = parameters.find(({ name }) => name.toLowerCase() === value.parameter);
  if (parameter === undefined) return [];
  if (!value.elements) return [parameter.cell];
  return Array.isArray(parameter.cell) ? parameter.cell : [];
}
