import { useState } from 'preact/hooks';
import { rowsOfPages } from './page-rows';
import { type Action, useAction } from './use-action';
import { type Loaded, useCall } from './use-call';

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

export interface PagedList<Row> {
  /** All rows that were asked for so far. */
  readonly loaded: Loaded<readonly Row[]>;
  readonly hasMore: boolean;
  /** Asks for the next page: its rows come below those that are shown, which stay where they are. */
  readonly more: Action<[]>;
}

interface PagesOptions<Row> {
  readonly keyOf: (row: Row) => string;
  /** The first page is asked for again so long after each answer, while the tab can be seen. */
  readonly everyMs?: number | undefined;
}

/**
 * A list that comes page by page.
 * @param name says what is asked, as for useCall
 * @param askPage is given the cursor of the page, for all but the first
 */
export function usePages<Row>(
  name: string,
  askPage: (cursor: string | undefined, signal?: AbortSignal) => Promise<ListPage<Row>>,
  { keyOf, everyMs }: PagesOptions<Row>,
): PagedList<Row> {
  const first = useCall(name, (signal) => askPage(undefined, signal), { everyMs });
  /** All pages so far, the first as it was when the next was asked for. */
  const [further, setFurther] = useState<ListPage<Row> & { readonly name: string }>();
  const own = further?.name === name ? further : undefined;
  const shown = own ?? first.answer;
  const next = shown?.next ?? null;
  const more = useAction(async () => {
    if (next === null) return;
    const page = await askPage(next);
    setFurther({ name, rows: [...(shown?.rows ?? []), ...page.rows], next: page.next });
  });
  const rows = first.answer && rowsOfPages(first.answer.rows, own?.rows ?? [], keyOf);
  return { loaded: { ...first, answer: rows }, hasMore: next !== null, more };
}
