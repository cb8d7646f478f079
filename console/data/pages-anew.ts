import {
  isLiveBelow,
  type ListPage,
  type PlaceOf,
  reaches,
  withKept,
  withNewTop,
  withPageBelow,
} from './live-list';
import { rowsOfPages } from './page-rows';

/** What was asked for so far, and in how many pages. */
export type PagesSoFar<Row> = ListPage<Row> & { readonly pages: number };

/** Asks for the page that a cursor names; undefined: for the first. */
type AskPage<Row> = (cursor: string | undefined) => Promise<ListPage<Row>>;

/** So many of the first pages are asked for again, where what may have changed reaches so far down. */
const mostTopPages = 4;

/**
 * A list as far as it was shown: what has left it is gone. Below the pages that are asked for it stays as it was; where
 * they do not reach what was shown, what is between is not known, and the list begins anew with them.
 */
export async function pagesAnew<Row>(
  askPage: AskPage<Row>,
  before: PagesSoFar<Row>,
  keyOf: (row: Row) => string,
): Promise<PagesSoFar<Row>> {
  let top = await askPage(undefined);
  let pages = 1;
  while (top.next !== null && pages < Math.min(before.pages, mostTopPages)) {
    const { rows, next } = await askPage(top.next);
    top = { rows: rowsOfPages(top.rows, rows, keyOf), next };
    pages += 1;
  }
  const places = new Map(before.rows.map((row, place) => [keyOf(row), place]));
  const end = top.rows.map((row) => places.get(keyOf(row))).findLast((place) => place !== undefined);
  if (top.next === null || pages === before.pages || end === undefined) return { ...top, pages };
  // What stood above the last row that is in both, and is not asked for any more, has left the list.
  return { ...before, rows: rowsOfPages(top.rows, before.rows.slice(end + 1), keyOf) };
}

interface InOrder<Row> {
  readonly keyOf: (row: Row) => string;
  readonly placeOf: PlaceOf<Row>;
  /** Whether a row may be another by now. */
  readonly mayChange: (row: Row) => boolean;
}

/**
 * A list in order, newest first: its first page, and further ones until they reach what is shown and nothing below them
 * may have changed. `before` itself where nothing is new.
 */
export async function newestAnew<Row>(
  askPage: AskPage<Row>,
  before: PagesSoFar<Row>,
  { keyOf, placeOf, mayChange }: InOrder<Row>,
): Promise<ListPage<Row>> {
  let top = await askPage(undefined);
  for (let pages = 1; pages < mostTopPages && top.next !== null; pages++) {
    if (reaches(before, top, placeOf) && !isLiveBelow(before, top, placeOf, mayChange)) break;
    top = withPageBelow(top, await askPage(top.next), placeOf);
  }
  return withKept(before, withNewTop(before, top, placeOf), keyOf);
}
