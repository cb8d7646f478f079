import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { watchStatements } from '../google/bigquery/statements/watch-statements';
import { systemClock } from '../support/clock';
import { createPlaces } from '../support/places';
import { count } from '../telemetry/telemetry';

/** Bounds for how many tenants an instance decides at once. */
export interface DecisionPlaces {
  /**
   * Does the work of a request of this tenant. Requests of one tenant share its statements, and so its place.
   * A request without a key needs none. Where all places are taken, it waits if its turn comes in time.
   * Throws `unavailable` where it does not, or more requests share this place than go into the next statement.
   */
  readonly inPlace: <T>(tenantId: string | undefined, work: () => Promise<T>) => Promise<T>;
  /**
   * Runs statements, and learns from how long they take how many there may be at once. Those without a time
   * limit of their own are not looked at.
   */
  readonly watched: (runStatement: RunStatement) => RunStatement;
}

export interface DecisionPlacesOptions {
  /** For how many tenants is decided at once, at the start. */
  readonly usual?: number | undefined;
  /** How long callers wait for an answer, in milliseconds: the usual time unless given. */
  readonly answerMs?: number | undefined;
  /** Milliseconds that never go back; the process's own unless given. */
  readonly monotonicMs?: () => number;
  /** In [0, 1), for jitter; Math.random unless given. */
  readonly random?: () => number;
}

/** So many tenants an instance of run can decide for while BigQuery is as quick as ever. */
const usualPlaces = 100;
/** A batch under way, and a batch that waits: see the sizes in admit.ts. */
const mostSharing = 2_000;

export function createDecisionPlaces({
  usual = usualPlaces,
  answerMs,
  monotonicMs = systemClock.monotonicMs,
  random,
}: DecisionPlacesOptions): DecisionPlaces {
  const places = createPlaces({
    usual,
    kind: { name: 'shared', most: mostSharing },
    refusal: 'Too many runs are to be checked at the moment. Nothing was started.',
    onRefusal: () =>
      count('tenant_pipelines.admissions', { 'tenant_pipelines.admission.outcome': 'overloaded' }),
    answerMs,
    monotonicMs,
    random,
  });
  return {
    inPlace: async (tenantId, work) => (tenantId === undefined ? work() : places.inPlace(tenantId, work)),
    watched: (runStatement) => watchStatements(runStatement, places, monotonicMs),
  };
}
