import type { RunStatement } from '../../google/bigquery/statements/run-statement';
import { watchStatements } from '../../google/bigquery/statements/watch-statements';
import { createPlaces } from '../../support/places';
import type { HttpRequest, Route } from '../route';

/** Bounds how many calls an instance works on at once, but for those that start runs: see decision-places. */
export interface CallPlaces {
  /**
   * The same routes, each of whose calls takes a place. Beyond them calls are `unavailable`.
   * @param tenantOf whose call it seems to be; undefined for an administrator's, and what is refused as soon as
   * it is looked at
   */
  readonly inPlaces: (
    routes: readonly Route[],
    tenantOf: (request: HttpRequest) => string | undefined,
  ) => readonly Route[];
  /**
   * Runs statements, and learns from how long they take how many calls there may be at once.
   * @param usualMs the time of a statement that is given none of its own
   */
  readonly watched: (runStatement: RunStatement, usualMs?: number) => RunStatement;
}

export interface CallPlacesOptions {
  /** How many calls at once, at the start. */
  readonly usual: number;
  /** The share of all places that calls have which are no tenant's; 1, all, unless given. */
  readonly shareOfOthers?: number;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** One tenant's calls leave places for others'. */
export const shareOfTenant = 0.5;
/** The holder of places for calls and streams that are no tenant's: no tenant's id is empty. */
export const noTenant = '';

export function createCallPlaces({ usual, shareOfOthers = 1, monotonicMs }: CallPlacesOptions): CallPlaces {
  const places = createPlaces({
    usual,
    kind: { name: 'own', shareOf: (holder) => (holder === noTenant ? shareOfOthers : shareOfTenant) },
    refusal: 'Too many calls are under way at the moment. Nothing was done.',
    monotonicMs,
  });
  return {
    inPlaces: (routes, tenantOf) =>
      routes.map((route) => ({
        ...route,
        handle: (request) => places.inPlace(tenantOf(request) ?? noTenant, () => route.handle(request)),
      })),
    watched: (runStatement, usualMs) => watchStatements(runStatement, places, monotonicMs, usualMs),
  };
}
