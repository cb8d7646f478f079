import type { Cell, Field, Row } from '../../model';
import type { DirectQuery } from '../analyse/direct-query';
import { formatFloat } from '../codec/decode-cell';
import type { TypedValue } from '../scope';
import { canonical } from './cell-order';
import type { RowSource } from './encode-request';
import { allTest, cellsOf } from './row-tests';
import { sortedPlaces } from './sorted-places';

/** The rows of a query that only chooses among a table's; undefined where its LIMIT is no number. */
export function directRows(
  { columns, conditions, order, limit, offset }: DirectQuery,
  schema: readonly Field[],
  source: RowSource,
  parameters: readonly TypedValue[],
): readonly Row[] | undefined {
  const [from, count] = [offset, limit].map(
    (value) => value && Number(cellsOf(value, parameters)[0] ?? 'null'),
  );
  if ([from, count].some((number) => number !== undefined && !(number >= 0))) return undefined;
  const test = conditions.length > 0 ? allTest(conditions, parameters) : undefined;
  const found: number[] = [];
  const isEnough = order.length === 0 && count !== undefined ? (from ?? 0) + count : Number.POSITIVE_INFINITY;
  for (const [index, row] of source.rows.entries()) {
    if (found.length >= isEnough) break;
    if (test === undefined || test(row)) found.push(index);
  }
  const sorted = order.length === 0 ? found : sortedPlaces(found, source.rows, order);
  const wanted = sorted.slice(from ?? 0, count === undefined ? undefined : (from ?? 0) + count);
  const answered = columns.map((column) => answeredCell(column, schema[column], source));
  return wanted.map((index) => answered.map((cellOf) => cellOf(index)));
}

/** The place of a row stands behind its last column. */
function answeredCell(
  column: number,
  field: Field | undefined,
  { rows, places }: RowSource,
): (index: number) => Cell {
  if (field === undefined) return (index) => String(places?.[index] ?? index);
  const form = formOf(field);
  const none: Cell = field.mode === 'REPEATED' ? [] : null;
  return (index) => {
    const cell = rows[index]?.[column] ?? none;
    return form === undefined || cell === null ? cell : form(cell);
  };
}

/** Gives a cell the form in which the engine would answer it; undefined where it has it. */
function formOf(field: Field): ((cell: Cell) => Cell) | undefined {
  const element = elementForm(field);
  if (element === undefined || field.mode !== 'REPEATED') return element;
  return (cell) => (Array.isArray(cell) ? cell.map(element) : cell);
}

function elementForm({ type, fields = [] }: Field): ((cell: Cell) => Cell) | undefined {
  if (type === 'INTEGER' || type === 'TIMESTAMP') return canonical;
  if (type === 'FLOAT') return (cell) => (typeof cell === 'string' ? formatFloat(Number(cell)) : cell);
  if (type !== 'RECORD') return undefined;
  const forms = fields.map(formOf);
  return (cell) =>
    Array.isArray(cell)
      ? fields.map((field, index) => {
          const inner = cell[index] ?? (field.mode === 'REPEATED' ? [] : null);
          return inner === null ? null : (forms[index]?.(inner) ?? inner);
        })
      : cell;
}
