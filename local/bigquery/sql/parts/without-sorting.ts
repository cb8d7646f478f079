import type { Field } from '../../model';
import type { SortedBy } from '../analyse/direct-query';
import { cellOrder } from '../evaluate/cell-order';
import type { SortedQuery } from '../parse/sorted-query';
import { bytesAt, type Edit, edited, type SqlText } from '../parse/sql-text';
import type { TypedValue } from '../scope';

/** A query without its ORDER BY and LIMIT, and what they said. */
export interface UnsortedQuery {
  readonly text: SqlText;
  /** The places of the columns that it is sorted by, in its result: what is no column of it stands behind them. */
  readonly order: readonly Omit<SortedBy, 'field'>[];
  /** The first row that is wanted, and the one behind the last. */
  readonly from: number;
  readonly to: number | undefined;
}

/** Undefined where it cannot be told for sure what the query is sorted by. */
export function withoutSorting(
  text: SqlText,
  { listEnd, clauses, items, limit, offset }: SortedQuery,
  output: readonly Field[],
  parameters: readonly TypedValue[],
): UnsortedQuery | undefined {
  const edits: Edit[] = clauses.map((clause) => ({ ...clause, replacement: '' }));
  const added: string[] = [];
  const order: Omit<SortedBy, 'field'>[] = [];
  const columnsNamed = (name: string) =>
    output.flatMap((field, index) => (field.name.toLowerCase() === name.toLowerCase() ? [index] : []));
  for (const { span, name, names, isNumber, isDescending, areNullsLast } of items) {
    const own = bytesAt(text, span);
    const columns = isNumber ? [Number(own) - 1] : name === undefined ? [] : columnsNamed(name);
    const [column] = columns;
    // A name in an expression could be that of a column of the result.
    const isUnclear =
      columns.length > 1 || (column === undefined && names.some((each) => columnsNamed(each).length > 0));
    if (isUnclear) return undefined;
    order.push({ index: column ?? output.length + added.length, isDescending, areNullsLast });
    if (column === undefined) added.push(`, (${own}\n) AS __sort${added.length}`);
  }
  if (added.length > 0 && listEnd === undefined) return undefined;
  edits.push({ start: listEnd ?? 0, end: listEnd ?? 0, replacement: added.join('') });
  const count = limit === undefined ? undefined : numberOf(bytesAt(text, limit), parameters);
  const from = offset === undefined ? 0 : numberOf(bytesAt(text, offset), parameters);
  if (from === undefined || (limit !== undefined && count === undefined)) return undefined;
  return { text: edited(text, edits), order, from, to: count === undefined ? undefined : from + count };
}

/** With the columns that the result turned out to have; undefined where one of them has no order. */
export function orderOf({ order }: UnsortedQuery, output: readonly Field[]): readonly SortedBy[] | undefined {
  const sorted = order.flatMap((item): readonly SortedBy[] => {
    const field = output[item.index];
    const isSorted = field !== undefined && field.mode !== 'REPEATED' && cellOrder(field.type) !== undefined;
    return isSorted ? [{ ...item, field }] : [];
  });
  return sorted.length === order.length ? sorted : undefined;
}

function numberOf(text: string, parameters: readonly TypedValue[]): number | undefined {
  const name = /^@(\w+)$/.exec(text)?.[1]?.toLowerCase();
  const cell = name === undefined ? text : parameters.find((each) => each.name.toLowerCase() === name)?.cell;
  return typeof cell === 'string' && /^\d+$/.test(cell) ? Number(cell) : undefined;
}
