import { ServiceError } from '../errors';
import { classifyFailure } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { systemClock } from '../support/clock';
import { count } from '../telemetry/telemetry';
import { createAdaptiveLimit } from './rules/adaptive-limit';

/**
 * Bounds what an instance decides at once. What would wait too long is refused at once, before anything of it
 * is sent: it costs neither a query nor a statement, and nothing of it can start.
 */
export interface DecisionPlaces {
  /**
   * Does the work of a request of this tenant. Requests of one tenant share its statements, and so its place.
   * A request without a key needs none. Throws `unavailable` where all places are taken, or more requests share this one
   * than go into the next statement.
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
  /** Milliseconds that never go back; the process's own unless given. */
  readonly monotonicMs?: () => number;
  /** In [0, 1), for jitter; Math.random unless given. */
  readonly random?: () => number;
}

/** So many tenants an instance of run can decide for while BigQuery is as quick as ever. */
const usualPlaces = 100;
/** However slow BigQuery is: by these it is seen that it has recovered. */
const fewestPlaces = 4;
const mostPlaces = 1_000;
/** A batch under way, and a batch that waits: see the sizes in admit.ts. */
const mostSharing = 2_000;
/** A decision takes a key look-up and an admission. */
const statementsOfDecision = 2;
/** The wait that a refusal names, in milliseconds. */
const waits = { first: 1_000, longest: 30_000, jitter: 1_000 };
/** How much the last statement counts in the average. */
const weightOfLast = 0.1;

export function createDecisionPlaces({
  usual = usualPlaces,
  monotonicMs = systemClock.monotonicMs,
  random = Math.random,
}: DecisionPlacesOptions): DecisionPlaces {
  const limit = createAdaptiveLimit({ least: Math.min(usual, fewestPlaces), usual, most: mostPlaces });
  /** How many requests share each place that is taken. */
  const taken = new Map<string, number>();
  let averageMs = 500;
  let lastTurn = Number.NEGATIVE_INFINITY;

  const refuse = (): ServiceError => {
    count('tenant_pipelines.admissions', { 'tenant_pipelines.admission.outcome': 'overloaded' });
    return new ServiceError(
      'unavailable',
      'Too many runs are to be checked at the moment. Nothing was started.',
      {
        retryAfterSeconds: Math.ceil((nextTurnMs() + random() * waits.jitter) / 1000),
      },
    );
  };

  /**
   * In how many milliseconds the turn comes of whoever is refused now. Turns follow each other as places become
   * free, so that clients do not come back together.
   */
  function nextTurnMs(): number {
    const now = monotonicMs();
    const apart = (averageMs * statementsOfDecision) / limit.current();
    lastTurn = Math.min(Math.max(lastTurn + apart, now + waits.first), now + waits.longest);
    return lastTurn - now;
  }

  return {
    inPlace: async (tenantId, work) => {
      if (tenantId === undefined) return work();
      const sharing = taken.get(tenantId) ?? 0;
      if (sharing >= mostSharing || (sharing === 0 && taken.size >= limit.current())) throw refuse();
      taken.set(tenantId, sharing + 1);
      try {
        return await work();
      } finally {
        const left = (taken.get(tenantId) ?? 1) - 1;
        if (left === 0) taken.delete(tenantId);
        else taken.set(tenantId, left);
      }
    },
    watched: (runStatement) => async (dataset, statement, parameters, options) => {
      if (options === undefined) return runStatement(dataset, statement, parameters);
      const startedAt = monotonicMs();
      // Half of its time is left then, for those that are under way already.
      const timer = setTimeout(() => limit.wasLate(monotonicMs()), options.timeoutMs / 2);
      try {
        const outcome = await runStatement(dataset, statement, parameters, options);
        const tookMs = monotonicMs() - startedAt;
        averageMs += (tookMs - averageMs) * weightOfLast;
        if (tookMs < options.timeoutMs / 2) limit.wasInTime(taken.size);
        return outcome;
      } catch (error) {
        if (/rateLimitExceeded/i.test(classifyFailure(error).reason)) limit.wasLate(monotonicMs());
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
