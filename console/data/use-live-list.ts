import { useEffect, useReducer, useRef } from 'preact/hooks';
import { answerTo, keepAnswer } from './answers';
import { isLiveBelow, type PlaceOf, pauseOf, withNewTop, withPageBelow } from './live-list';
import { type ShownProblem, shownProblem } from './problems';
import type { ListPage } from './use-pages';

/** What a page shows of a list. */
export interface LiveList<Item> {
  /** undefined: none has come yet. */
  readonly items: readonly Item[] | undefined;
  readonly isComplete: boolean;
  readonly isAsking: boolean;
  /** Why the last attempt has failed. */
  readonly problem: ShownProblem | undefined;
  /** Asks for the page below, once at a time. */
  readonly more: () => void;
  readonly askAgain: () => void;
}

interface LiveListOptions<Item> {
  /** Asks for a page; without a cursor for the newest. */
  readonly ask: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Item>>;
  readonly placeOf: PlaceOf<Item>;
  /** Whether an item may still change by itself. */
  readonly isLive: (item: Item) => boolean;
  /** How long after an answer the newest are asked for again, in milliseconds: longer while nothing changes. */
  readonly liveMs: number;
  /** The same where nothing in the list is live. */
  readonly stillMs: number;
}

interface State<Item> {
  name: string;
  list?: ListPage<Item> | undefined;
  problem?: ShownProblem | undefined;
  isAsking: boolean;
}

/** So many of the newest pages are asked for again, where what is live reaches so far down. */
const mostTopPages = 4;

/**
 * A list page by page, whose newest part follows what happens while the tab can be seen.
 * @param name says what is asked, with all that the answer depends on: the list is kept under it
 */
export function useLiveList<Item>(name: string, options: LiveListOptions<Item>): LiveList<Item> {
  const [, show] = useReducer((count: number) => count + 1, 0);
  const state = useRef<State<Item>>({ name: '', isAsking: false });
  const current = useRef(options);
  current.current = options;
  const calls = useRef({ more: () => {}, again: () => {} });
  if (state.current.name !== name)
    // Kept under this name is what this very list was before.
    state.current = { name, list: answerTo(name) as ListPage<Item> | undefined, isAsking: true };

  useEffect(() => {
    let controller: AbortController | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let unchanged = 0;
    let hasEnded = false;

    const later = () => {
      clearTimeout(timer);
      if (hasEnded || document.hidden) return;
      const { isLive, liveMs, stillMs } = current.current;
      const hasLive = state.current.list?.rows.some(isLive) ?? false;
      const pauseMs = pauseOf({ isLive: hasLive, liveMs, stillMs, unchanged, failures });
      timer = setTimeout(() => void work(askTop), pauseMs);
    };
    /** One call at a time: a newer one takes the place of that which is under way. */
    const work = async (ask: (signal: AbortSignal) => Promise<ListPage<Item>>) => {
      clearTimeout(timer);
      controller?.abort();
      const own = new AbortController();
      controller = own;
      state.current = { ...state.current, isAsking: true };
      show(undefined);
      try {
        const list = await ask(own.signal);
        if (own.signal.aborted) return;
        unchanged = JSON.stringify(list) === JSON.stringify(state.current.list) ? unchanged + 1 : 0;
        keepAnswer(name, list);
        state.current = { name, list, problem: undefined, isAsking: false };
        failures = 0;
      } catch (error) {
        if (own.signal.aborted) return;
        state.current = { ...state.current, problem: shownProblem(error), isAsking: false };
        failures += 1;
      }
      show(undefined);
      later();
    };
    const askTop = async (signal: AbortSignal): Promise<ListPage<Item>> => {
      const { ask, placeOf, isLive } = current.current;
      const before = state.current.list;
      let top = await ask(undefined, signal);
      for (let pages = 1; before !== undefined && pages < mostTopPages && top.next !== null; pages++) {
        if (!isLiveBelow(before, top, placeOf, isLive)) break;
        top = withPageBelow(top, await ask(top.next, signal), placeOf);
      }
      return before === undefined ? top : withNewTop(before, top, placeOf);
    };
    let isAskingBelow = false;
    const askBelow = async () => {
      const { list, problem } = state.current;
      if (isAskingBelow || problem !== undefined || list === undefined || list.next === null) return;
      const { next } = list;
      isAskingBelow = true;
      await work(async (signal) => {
        const page = await current.current.ask(next, signal);
        return withPageBelow(list, page, current.current.placeOf);
      });
      isAskingBelow = false;
    };
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer);
      else again();
    };
    /** Somebody looks: what comes next is awaited as at first. */
    const again = () => {
      unchanged = -1;
      void work(askTop);
    };

    calls.current = { more: () => void askBelow(), again };
    document.addEventListener('visibilitychange', onVisibility);
    void work(askTop);
    return () => {
      hasEnded = true;
      clearTimeout(timer);
      controller?.abort();
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [name]);

  const { list, problem, isAsking } = state.current;
  return {
    items: list?.rows,
    isComplete: list?.next === null,
    isAsking,
    problem,
    more: () => calls.current.more(),
    askAgain: () => calls.current.again(),
  };
}
