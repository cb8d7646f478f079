/** Which rows of a long list are in the page: those in view, and some beyond, so that scrolling shows no gap. Pure. */
export interface RowRange {
  readonly first: number;
  /** The one behind the last. */
  readonly end: number;
}

interface View {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly rowCount: number;
}

/** Ranges begin and end at multiples of this: so not every step of the wheel makes a new one. */
const stride = 6;
const beyond = 10;

export function rowsInView(view: View): RowRange {
  const { scrollTop, height, rowHeight, rowCount } = view;
  const firstInView = topRow(view);
  const bottom = Math.ceil((scrollTop + height) / rowHeight) + beyond;
  const first = Math.max(0, Math.floor((firstInView - beyond) / stride) * stride);
  return { first, end: Math.min(rowCount, Math.ceil(bottom / stride) * stride) };
}

/** The first row in view. A list that has become shorter may still be scrolled to where it had rows. */
export const topRow = ({ scrollTop, rowHeight, rowCount }: Omit<View, 'height'>): number =>
  Math.min(Math.floor(scrollTop / rowHeight), rowCount - 1);

/** So many rows are made at once: the page answers in between. */
export const mostNewRows = 12;

/**
 * What is in the page next, of what is to be in it: at most `mostNewRows` more than are there. Where one has gone far at
 * once they are the first in view; what is in view comes before what is beyond.
 */
export function rowsNext(shown: RowRange, wanted: RowRange, top: number): RowRange {
  const isFar = wanted.first >= shown.end || wanted.end <= shown.first;
  const kept = isFar
    ? { first: Math.max(top, wanted.first), end: Math.max(top, wanted.first) }
    : { first: Math.max(shown.first, wanted.first), end: Math.min(shown.end, wanted.end) };
  const end = Math.min(wanted.end, kept.end + mostNewRows);
  return { first: Math.max(wanted.first, kept.first - (mostNewRows - (end - kept.end))), end };
}

/** A row, or room for rows that are not in the page. */
export type RowOrGap =
  | { readonly kind: 'row'; readonly index: number }
  | { readonly kind: 'gap'; readonly before: number; readonly rows: number };

/**
 * All rows in order: those of the range one by one, the others as gaps.
 * @param kept a row that stays wherever the range is, such as that which has the focus
 */
export function rowsAndGaps(range: RowRange, rowCount: number, kept?: number): readonly RowOrGap[] {
  const shown = Array.from({ length: Math.max(0, range.end - range.first) }, (_, at) => range.first + at);
  if (kept !== undefined && kept >= 0 && kept < range.first) shown.unshift(kept);
  if (kept !== undefined && kept >= range.end && kept < rowCount) shown.push(kept);
  const parts: RowOrGap[] = [];
  let next = 0;
  for (const index of shown) {
    if (index > next) parts.push({ kind: 'gap', before: index, rows: index - next });
    parts.push({ kind: 'row', index });
    next = index + 1;
  }
  if (next < rowCount) parts.push({ kind: 'gap', before: rowCount, rows: rowCount - next });
  return parts;
}

/** Where a row is that was at `before`: looked for from there on outwards, since it has hardly moved. -1: nowhere. */
export function indexNear<Row>(rows: readonly Row[], before: number, isIt: (row: Row) => boolean): number {
  for (let far = 0; far <= Math.max(before, rows.length); far++)
    for (const index of [before - far, before + far]) {
      const row = rows[index];
      if (row !== undefined && isIt(row)) return index;
    }
  return -1;
}
