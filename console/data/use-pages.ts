import { useRef, useState } from 'preact/hooks';
import { type Loaded, useAsked } from './asking/use-asked';
import { type ListPage, type PlaceOf, pauseOf, withPageBelow } from './live-list';
import { rowsOfPages } from './page-rows';
import { newestAnew, type PagesSoFar, pagesAnew } from './pages-anew';
import { type ShownProblem, shownProblem } from './problems';

export interface PagedList<Row> {
  /** All rows that were asked for so far. */
  readonly loaded: Loaded<readonly Row[]>;
  readonly hasMore: boolean;
  /** Asks for the next page: its rows come below those that are shown, which stay where they are. */
  readonly more: {
    readonly start: () => void;
    readonly isBusy: boolean;
    readonly problem: ShownProblem | undefined;
  };
}

interface PagesOptions<Row> {
  readonly keyOf: (row: Row) => string;
  /** The pages that are shown are asked for again so long after each answer, while the tab can be seen. */
  readonly everyMs?: number | undefined;
  /** Of a list in order whose newest part follows what happens; in place of `everyMs`. */
  readonly live?: LiveOptions<Row>;
}

interface LiveOptions<Row> {
  readonly placeOf: PlaceOf<Row>;
  /** Whether a row may still change by itself. */
  readonly isLive: (row: Row) => boolean;
  /** How long after an answer the newest are asked for again, in milliseconds: longer while nothing changes. */
  readonly liveMs: number;
  /** The same where nothing in the list is live. */
  readonly stillMs: number;
  /** Whether rows may come into the list below others, such as a run that began before them and has ended. */
  readonly areLate?: boolean;
}

interface Below {
  readonly name: string;
  readonly isBusy: boolean;
  readonly problem: ShownProblem | undefined;
}

/**
 * A list that comes page by page.
 * @param name says what is asked, as for useCall
 * @param askPage is given the cursor of the page, for all but the first
 */
export function usePages<Row>(
  name: string,
  askPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Row>>,
  { keyOf, everyMs, live }: PagesOptions<Row>,
): PagedList<Row> {
  /** The wish for a page below, until it is answered. */
  const wanted = useRef<{ readonly name: string } | undefined>(undefined);
  const unchanged = useRef(0);
  /** Whether somebody has opened the list, or seen it again: then all that is shown is asked for anew. */
  const isWished = useRef(true);
  const [below, setBelow] = useState<Below>({ name, isBusy: false, problem: undefined });

  const askTop = async (signal: AbortSignal, before: PagesSoFar<Row> | undefined) => {
    const askNow = (cursor: string | undefined) => askPage(cursor, signal);
    if (before === undefined) return { ...(await askNow(undefined)), pages: 1 };
    if (live === undefined) return await pagesAnew(askNow, before, keyOf);
    const { placeOf } = live;
    const mayChange = isWished.current || live.areLate === true ? () => true : live.isLive;
    const now = await newestAnew(askNow, before, { keyOf, placeOf, mayChange });
    unchanged.current = now === before ? unchanged.current + 1 : 0;
    return { ...now, pages: before.pages };
  };
  const askBelow = async (signal: AbortSignal, before: PagesSoFar<Row>) => {
    const page = await askPage(before.next ?? undefined, signal);
    const list = live
      ? withPageBelow(before, page, live.placeOf)
      : { rows: rowsOfPages(before.rows, page.rows, keyOf), next: page.next };
    unchanged.current = 0;
    return { ...list, pages: before.pages + 1 };
  };
  const all = useAsked<PagesSoFar<Row>>(name, {
    ask: async function* (signal, before) {
      const wish = wanted.current;
      if (wish?.name !== name || before === undefined) return yield await askTop(signal, before);
      let problem: ShownProblem | undefined;
      setBelow({ name, isBusy: true, problem });
      try {
        yield await askBelow(signal, before);
      } catch (error) {
        signal.throwIfAborted();
        problem = shownProblem(error);
      } finally {
        // Another may have taken its place.
        if (wanted.current === wish) {
          wanted.current = undefined;
          setBelow({ name, isBusy: false, problem });
        }
      }
    },
    everyMs: (list) =>
      live === undefined
        ? everyMs
        : pauseOf({
            ...live,
            isLive: list?.rows.some(live.isLive) ?? false,
            unchanged: Math.max(0, unchanged.current),
          }),
    onAsk: (isByItself) => {
      isWished.current = !isByItself;
      // Somebody looks: what comes next is awaited as at first.
      if (!isByItself) unchanged.current = -1;
    },
  });
  const hasMore = all.answer !== undefined && all.answer.next !== null;
  const ask = (wish: { readonly name: string } | undefined) => {
    wanted.current = wish;
    if (wish === undefined) setBelow({ name, isBusy: false, problem: undefined });
    all.askAgain();
  };
  return {
    loaded: { ...all, answer: all.answer?.rows, askAgain: () => ask(undefined) },
    hasMore,
    more: {
      ...(below.name === name ? below : { isBusy: false, problem: undefined }),
      start: () => {
        if (hasMore && wanted.current?.name !== name) ask({ name });
      },
    },
  };
}
