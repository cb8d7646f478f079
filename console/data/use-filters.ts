import { useLocation } from 'preact-iso/router';
import { addressWith } from './query';

export interface Filters {
  /** What the address says after its `?`. */
  readonly query: Readonly<Record<string, string>>;
  /** Changes some of it, in place of the address of before; undefined and '' take one away. */
  readonly change: (changed: Readonly<Record<string, string | undefined>>) => void;
}

/** What a list is narrowed to stands in the address: it can be sent to others, and survives a reload. */
export function useFilters(): Filters {
  const { path, query, route } = useLocation();
  // Another filter may have changed since this was drawn, such as while one was typed in.
  const asItIs = () => Object.fromEntries(new URLSearchParams(location.search));
  return { query, change: (changed) => route(addressWith(path, asItIs(), changed), true) };
}
