import type { QuotaCounters, ReadQuotaCounters } from '../google/bigquery/tables/read-tenant-state';
import type { Log } from '../log';
import type { Clock } from '../support/clock';
import { within } from '../support/time-limits';
import { bytesThisMonth, isBudgetUsedUp, type QuotaState, usedThisMonth } from './rules/admission-rules';

/**
 * What this instance last saw of tenants' quotas. Admission's usual statement reads nothing back, and yet its
 * answers say what is left (`RateLimit`, whose draft requires the number). So they say what was last seen,
 * counted on by what was admitted since. What was not seen lately is read beside the statement, free of charge.
 *
 * It decides nothing: by it admission only chooses between two statements, each of which decides alike.
 */
export interface QuotaMemory {
  /** False: by what was last seen, so many runs will not all be admitted. */
  readonly hasRoom: (tenantId: string, runs: number) => boolean;
  /** Whether runs waited when the tenant was last seen, however long ago. */
  readonly sawQueue: (tenantId: string) => boolean;
  readonly saw: (tenantId: string, state: QuotaState) => void;
  /** Call it before the statement is sent, and the function that it gives with the number of runs it admitted. */
  readonly recall: (tenantId: string) => (admitted: number) => Promise<QuotaState | undefined>;
}

export interface QuotaMemoryDependencies {
  readonly readQuotaCounters: ReadQuotaCounters;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs that end elsewhere are not seen here, so nothing is counted on for longer. In milliseconds. */
const validMs = 10_000;
/** From the start of the statement that it goes with, which takes a second or two. In milliseconds. */
const longestReadMs = 3_000;
const mostTenants = 10_000;

export function createQuotaMemory({ readQuotaCounters, clock, log }: QuotaMemoryDependencies): QuotaMemory {
  const seen = new Map<string, { readonly state: QuotaState; readonly untilMs: number }>();

  const fresh = (tenantId: string): QuotaState | undefined => {
    const entry = seen.get(tenantId);
    return entry !== undefined && entry.untilMs > clock.monotonicMs() ? entry.state : undefined;
  };
  const keep = (tenantId: string, state: QuotaState, untilMs: number) => {
    seen.delete(tenantId);
    seen.set(tenantId, { state, untilMs });
    for (const oldest of seen.keys()) {
      if (seen.size <= mostTenants) break;
      seen.delete(oldest);
    }
  };
  const read = async (tenantId: string): Promise<QuotaState | undefined> => {
    try {
      const counters = await within(longestReadMs, 'BigQuery', readQuotaCounters(tenantId));
      return counters && quotaStateOf(counters, clock.now());
    } catch (error) {
      log('DEBUG', "A tenant's quotas could not be read for an answer's headers", {
        tenant_id: tenantId,
        error,
      });
      return undefined;
    }
  };

  return {
    hasRoom: (tenantId, runs) => {
      const state = fresh(tenantId);
      return state === undefined || roomIn(state) >= runs;
    },
    sawQueue: (tenantId) => (seen.get(tenantId)?.state.queued ?? 0) > 0,
    saw: (tenantId, state) => keep(tenantId, state, clock.monotonicMs() + validMs),
    recall: (tenantId) => {
      const untilMs = fresh(tenantId) && seen.get(tenantId)?.untilMs;
      const reading = untilMs === undefined ? read(tenantId) : undefined;
      return async (admitted) => {
        const before = reading === undefined ? seen.get(tenantId)?.state : await reading;
        if (before === undefined) return undefined;
        const state = {
          ...before,
          used_this_month: before.used_this_month + admitted,
          running: before.running + admitted,
        };
        keep(tenantId, state, untilMs ?? clock.monotonicMs() + validMs);
        return state;
      };
    },
  };
}

const roomIn = (state: QuotaState): number =>
  isBudgetUsedUp(state) || (state.queued ?? 0) > 0
    ? 0
    : Math.min(
        (state.max_pipelines_per_month ?? Number.POSITIVE_INFINITY) - state.used_this_month,
        (state.max_concurrent_pipelines ?? Number.POSITIVE_INFINITY) - state.running,
      );

/** The stored counters as they are now. */
const quotaStateOf = (counters: QuotaCounters, now: Date): QuotaState => ({
  max_pipelines_per_month: counters.max_pipelines_per_month,
  max_concurrent_pipelines: counters.max_concurrent_pipelines,
  used_this_month: usedThisMonth(counters, now),
  quota_reset_date: counters.quota_reset_date,
  running: counters.current_running_pipelines,
  max_bytes_billed_per_month: counters.max_bytes_billed_per_month,
  bytes_this_month: bytesThisMonth(counters, now),
});
