import type { Cell, Field } from '../../model';
import { sqlType } from '../analyse/engine-types';
import { child, children, pathSegments, spanOf, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { type Fit, fitOf } from '../evaluate/fit-cells';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { type ArrayPart, arrayParts, partTexts, type Slicing } from './array-parts';
import { targetName } from './change-table';
import { castText, castValue, columnIndex } from './column-expressions';

/** One `column = value` or `record.field = value` of a SET list. */
export interface Assignment {
  /** The value as SQL text, of the field's type. */
  readonly value: string;
  /** The value in parts, whose arrays one behind the other are the whole; none where it cannot be taken apart. */
  readonly parts: readonly AssignedPart[];
  /** Where it goes: the column, then the fields inside it. */
  readonly indexes: readonly number[];
}

export interface AssignedPart {
  readonly kind: ArrayPart['kind'];
  /** The arrays that the engine evaluates for it; none for what is there already. */
  readonly texts: (slicing: Slicing) => readonly string[];
}

/** Reads a SET list (an ASTUpdateItemList). */
export function assignmentsOf(
  run: StatementRun,
  list: TreeNode | undefined,
  schema: readonly Field[],
): readonly Assignment[] {
  const alias = targetName(run);
  return children(list, 'updateItems').map((item) => {
    const setValue = child(item, 'setValue');
    if (setValue === undefined) throw notImplemented('A nested INSERT, UPDATE or DELETE inside UPDATE');
    const path = pathSegments(child(setValue, 'path', 'astPathExpressionNode'));
    const place = spanOf(setValue);
    const found = path.length === 0 ? undefined : locate(schema, path, alias);
    if (found === undefined)
      throw invalidQuery(`Cannot assign to ${path.join('.')}`, run.script, place?.start);
    const { field, indexes } = found;
    const expression = child(setValue, 'value');
    const value = castValue(run, field, expression);
    const isArray = field.mode === 'REPEATED' && indexes.length === 1;
    return { indexes, value, parts: isArray ? partsOf(run, expression, field) : [] };
  });
}

function partsOf(run: StatementRun, expression: TreeNode | undefined, field: Field): readonly AssignedPart[] {
  const isAlone = child(run.statement.node, 'fromClause') === undefined;
  const parts = arrayParts(run, expression, { name: field.name, isAlone });
  return parts.map((part) => ({
    kind: part.kind,
    texts: (slicing) => {
      const texts = partTexts(part, parts, slicing);
      return part.kind === 'made' ? texts.map((text) => castText(text, field)) : texts;
    },
  }));
}

/** Where a path could begin with a column or with the table's name, the column wins. */
function locate(
  schema: readonly Field[],
  path: readonly string[],
  alias: string,
): { readonly field: Field; readonly indexes: readonly number[] } | undefined {
  const direct = descend(schema, path);
  if (direct !== undefined || alias.toLowerCase() !== path[0]?.toLowerCase()) return direct;
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

/** Puts evaluated values into a row, and fits the columns that they touch. */
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
