/** A list that comes page by page, newest first, and whose newest pages are asked for again. Pure. */

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** Where an item stands: the list goes from the greatest to the least. */
export type PlaceOf<Item> = (item: Item) => string;

/** The list with the page behind it. What came in between two calls is not listed twice. */
export function withPageBelow<Item>(
  list: ListPage<Item>,
  page: ListPage<Item>,
  placeOf: PlaceOf<Item>,
): ListPage<Item> {
  const last = list.rows.at(-1);
  const added = last === undefined ? page.rows : page.rows.filter((item) => placeOf(item) < placeOf(last));
  return { rows: [...list.rows, ...added], next: page.next };
}

/**
 * The list with its newest part as it is now: what has left it is gone, what stands below it stays.
 * Where it does not reach down to the list, what is between is not known, and the list begins anew with it.
 * @param top the newest part of the list, asked for anew
 */
export function withNewTop<Item>(
  list: ListPage<Item>,
  top: ListPage<Item>,
  placeOf: PlaceOf<Item>,
): ListPage<Item> {
  const last = top.rows.at(-1);
  if (top.next === null || last === undefined) return top;
  // The list is in order, and long: what comes behind the first below is below, too.
  const end = placeOf(last);
  const first = list.rows.findIndex((item) => placeOf(item) < end);
  return first <= 0 ? top : { rows: [...top.rows, ...list.rows.slice(first)], next: list.next };
}

/** The list with the rows of before where they are the same: `before` itself where nothing is new. */
export function withKept<Item, List extends ListPage<Item>>(
  before: List,
  now: ListPage<Item>,
  keyOf: (item: Item) => string,
): List | ListPage<Item> {
  const known = new Map(before.rows.map((item) => [keyOf(item), item]));
  const rows = now.rows.map((item) => {
    const old = known.get(keyOf(item));
    return old !== undefined && (old === item || JSON.stringify(old) === JSON.stringify(item)) ? old : item;
  });
  const isSame = now.next === before.next && rows.length === before.rows.length;
  return isSame && rows.every((item, at) => item === before.rows[at]) ? before : { ...now, rows };
}

interface Looking {
  readonly isLive: boolean;
  readonly liveMs: number;
  readonly stillMs: number;
  /** How many answers in a row were as the one before. */
  readonly unchanged: number;
}

const longestLiveMs = 10_000;
const longestStillMs = 60_000;

/** When the newest are asked for again, in milliseconds: each look costs a statement, so rarer while nothing changes. */
export function pauseOf({ isLive, liveMs, stillMs, unchanged }: Looking): number {
  const pauseMs = isLive ? liveMs : stillMs;
  const longest = isLive ? longestLiveMs : longestStillMs;
  return Math.min(pauseMs * 2 ** unchanged, Math.max(pauseMs, longest));
}

/** Whether what was asked for anew reaches down to the list, so that nothing is missing between them. */
export const reaches = <Item>(list: ListPage<Item>, top: ListPage<Item>, placeOf: PlaceOf<Item>): boolean => {
  const [first] = list.rows;
  const last = top.rows.at(-1);
  return first === undefined || last === undefined || placeOf(first) >= placeOf(last);
};

/** Whether something below what was asked for anew may still change. */
export const isLiveBelow = <Item>(
  list: ListPage<Item>,
  top: ListPage<Item>,
  placeOf: PlaceOf<Item>,
  isLive: (item: Item) => boolean,
): boolean => {
  const last = top.rows.at(-1);
  return last !== undefined && list.rows.some((item) => isLive(item) && placeOf(item) < placeOf(last));
};
