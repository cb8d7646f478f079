import type { Row } from '../../model';
import type { SortedBy } from '../analyse/direct-query';
import { type CellOrder, cellOrder } from './cell-order';

interface SortColumn {
  readonly keys: readonly (number | string | null)[];
  readonly cells: readonly (string | null)[];
  readonly tie: CellOrder['tie'];
  readonly sign: number;
  readonly ofNull: number;
}

/** Places in the order of the rows that stand there; where that says nothing, in their own. */
export function sortedPlaces(
  places: readonly number[],
  rows: readonly Row[],
  order: readonly SortedBy[],
): readonly number[] {
  const columns = order.map(({ index, field, isDescending, areNullsLast }): SortColumn => {
    const known = cellOrder(field.type);
    if (known === undefined) throw new Error(`No order of ${field.type} is known`);
    const cells = places.map((place) => {
      const cell = rows[place]?.[index];
      return typeof cell === 'string' ? cell : null;
    });
    const keys = cells.map((cell) => (cell === null ? null : known.key(cell)));
    return { keys, cells, tie: known.tie, sign: isDescending ? -1 : 1, ofNull: areNullsLast ? 1 : -1 };
  });
  const positions = places.map((_, position) => position);
  positions.sort((left, right) => {
    for (const column of columns) {
      const compared = inColumn(column, left, right);
      if (compared !== 0) return compared;
    }
    return left - right;
  });
  return positions.map((position) => places[position] ?? 0);
}

function inColumn({ keys, cells, tie, sign, ofNull }: SortColumn, left: number, right: number): number {
  const [one, other] = [keys[left] ?? null, keys[right] ?? null];
  if (one === null || other === null) return one === other ? 0 : one === null ? ofNull : -ofNull;
  if (one < other) return -sign;
  if (one > other) return sign;
  return sign * tie(cells[left] ?? '', cells[right] ?? '');
}
