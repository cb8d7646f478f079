import type { Cell, Field } from '../../model';
import { sqlType } from '../analyse/engine-types';
import { child, children, type Node, span } from '../engine/tree';
import { pathOf } from '../parse/parser';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { arrayPieces, type Slicing } from './array-pieces';
import { type ChangingStatement, columnIndex } from './change-table';
import { type Fit, fitOf } from './fit-cells';
import { castText, castValue } from './insert';

/** One `column = value` or `record.field = value` of a SET list. */
export interface Assignment {
  /** The value as SQL text, of the field's type. */
  readonly value: string;
  /** The same of an array as several values, which are one behind the other the whole. */
  readonly pieces: (slicing: Slicing) => readonly string[];
  /** Where it goes: the column, then the fields inside it. */
  readonly indexes: readonly number[];
}

/** Reads a SET list (an ASTUpdateItemList). */
export function assignmentsOf(
  changing: ChangingStatement,
  list: Node | undefined,
  schema: readonly Field[],
  alias: string | undefined,
): readonly Assignment[] {
  return children(list, 'updateItems').map((item) => {
    const setValue = child(item, 'setValue');
    if (setValue === undefined) throw notImplemented('A nested INSERT, UPDATE or DELETE inside UPDATE');
    const path = pathOf(child(setValue, 'path', 'astPathExpressionNode'));
    const place = span(setValue);
    const found = path.length === 0 ? undefined : locate(schema, path, alias);
    if (found === undefined)
      throw invalidQuery(`Cannot assign to ${path.join('.')}`, changing.script, place?.start);
    const { field, indexes } = found;
    const expression = child(setValue, 'value');
    const value = castValue(changing, field, expression);
    const pieces = (slicing: Slicing) => {
      const texts = field.mode === 'REPEATED' ? arrayPieces(changing, expression, slicing) : [];
      return texts.length > 1 ? texts.map((piece) => castText(piece, field)) : [value];
    };
    return { indexes, value, pieces };
  });
}

/** A column wins over the table's name where a path could begin with either. */
function locate(
  schema: readonly Field[],
  path: readonly string[],
  alias: string | undefined,
): { readonly field: Field; readonly indexes: readonly number[] } | undefined {
  const direct = descend(schema, path);
  if (direct !== undefined || alias?.toLowerCase() !== path[0]?.toLowerCase()) return direct;
  return descend(schema, path.slice(1));
}

function descend(
  schema: readonly Field[],
  [name = '', ...rest]: readonly string[],
): { readonly field: Field; readonly indexes: readonly number[] } | undefined {
  const index = columnIndex(schema, name);
  const field = schema[index];
  if (field === undefined || rest.length === 0) return field && { field, indexes: [index] };
  if (field.type !== 'RECORD' || field.mode === 'REPEATED') return undefined;
  const inner = descend(field.fields ?? [], rest);
  return inner && { field: inner.field, indexes: [index, ...inner.indexes] };
}

/** Puts evaluated values into a row, and fits the columns they touch. */
export function assigner(
  schema: readonly Field[],
  assignments: readonly Assignment[],
): (row: readonly Cell[], values: readonly Cell[]) => readonly Cell[] {
  const touched = [...new Set(assignments.map(({ indexes }) => indexes[0] ?? 0))];
  const fits = touched.flatMap((index): [number, Fit][] => {
    const field = schema[index];
    return field === undefined ? [] : [[index, fitOf(field)]];
  });
  return (row, values) => {
    let next: readonly Cell[] = schema.map((_, index) => row[index] ?? null);
    for (const [position, { indexes }] of assignments.entries())
      next = replaced(next, schema, indexes, values[position] ?? null);
    const cells = [...next];
    for (const [index, fitted] of fits) cells[index] = fitted(cells[index] ?? null);
    return cells;
  };
}

function replaced(
  cells: readonly Cell[],
  schema: readonly Field[],
  [index = 0, ...rest]: readonly number[],
  value: Cell,
): readonly Cell[] {
  const copy = [...cells];
  const field = schema[index];
  if (rest.length === 0 || field === undefined) {
    copy[index] = value;
    return copy;
  }
  const struct = cells[index] ?? null;
  if (!Array.isArray(struct)) throw invalidStruct(field);
  copy[index] = replaced(struct, field.fields ?? [], rest, value);
  return copy;
}

function invalidStruct(field: Field): Error {
  return invalidQuery(`Cannot set field of NULL \`${sqlType(field)}\``, {
    bytes: '',
    root: '',
    origin: () => 0,
  });
}
