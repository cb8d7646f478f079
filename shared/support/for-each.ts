import type { ListTenants } from '../google/bigquery/tables/list-tenants';
import type { Log } from '../log';
import type { Clock } from './clock';

/**
 * Calls `work` for every item, at most `limit` at once. An error ends only one of these lanes; the others go
 * on with the rest. Then it rejects with the first error.
 */
export async function forEachBounded<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, lane));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

export interface TenantWork {
  readonly listTenants: ListTenants;
  readonly clock: Clock;
  readonly log: Log;
  /** How many tenants are worked on at once. */
  readonly concurrency: number;
  /** After this many milliseconds no further tenant is begun: the next call does the rest. */
  readonly timeBudgetMs: number;
}

export interface TenantWorkSummary {
  readonly tenants: number;
  readonly failed: number;
  /** Tenants not begun, because time ran out. */
  readonly left_over: number;
}

/**
 * Does `work` for every tenant, page by page. A tenant's failure is logged and does not stop the work for the
 * others.
 */
export async function forEachTenant(
  { listTenants, clock, log, concurrency, timeBudgetMs }: TenantWork,
  work: (tenantId: string) => Promise<void>,
): Promise<TenantWorkSummary> {
  const startedAt = clock.monotonicMs();
  const summary = { tenants: 0, failed: 0, left_over: 0 };
  for await (const page of listTenants()) {
    summary.tenants += page.length;
    // A new order each time: if time runs out, it should not always be the same tenants that wait.
    await forEachBounded(shuffled(page), concurrency, async (tenantId) => {
      if (clock.monotonicMs() - startedAt > timeBudgetMs) {
        summary.left_over++;
        return;
      }
      try {
        await work(tenantId);
      } catch (error) {
        summary.failed++;
        const fields = { event: 'tenant_work_failed', tenant_id: tenantId, error } as const;
        log('ERROR', 'Scheduled work for a tenant failed', fields);
      }
    });
  }
  return summary;
}

const shuffled = <T>(items: readonly T[]): readonly T[] =>
  items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
