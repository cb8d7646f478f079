import type { ListPage } from '../data/live-list';
import { type PagedList, usePages } from '../data/use-pages';
import type { ListedRun } from './run-columns';
import { isInFlight, placeOfRun } from './run-facts';

/** So many are asked for at once. */
export const runsInPage = 100;

export const keyOfRun = ({ tenant_id, run_id }: ListedRun): string => `${tenant_id}/${run_id}`;

/** Runs, newest first: what is queued or runs moves by itself. @param pace as of `usePages` */
export const useRuns = (
  name: string,
  askPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<ListedRun>>,
  pace: { readonly liveMs: number; readonly stillMs: number; readonly areLate?: boolean },
): PagedList<ListedRun> =>
  usePages(name, askPage, {
    keyOf: keyOfRun,
    live: { placeOf: placeOfRun, isLive: isInFlight, ...pace },
  });
