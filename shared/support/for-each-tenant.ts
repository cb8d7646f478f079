import type { ListTenants } from '../google/bigquery/list-tenants';
import type { Log } from '../log';
import { forEachBounded } from './for-each-bounded';

export interface TenantWork {
  readonly listTenants: ListTenants;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Tenants worked on at once. */
  readonly concurrency: number;
  /** No tenant is begun later than this after the first, in milliseconds; the next call does the rest. */
  readonly timeBudgetMs: number;
}

export interface TenantWorkSummary {
  readonly tenants: number;
  readonly failed: number;
  /** Not begun: time ran out. */
  readonly left_over: number;
}

/** Does `work` for every tenant, page by page. One tenant's failure is logged and does not keep the others from theirs. */
export async function forEachTenant(
  { listTenants, now, log, concurrency, timeBudgetMs }: TenantWork,
  work: (tenantId: string) => Promise<void>,
): Promise<TenantWorkSummary> {
  const startedAt = now();
  const summary = { tenants: 0, failed: 0, left_over: 0 };
  for await (const page of listTenants()) {
    summary.tenants += page.length;
    // In another order each time: where time runs out, it shall not be the same tenants that wait.
    await forEachBounded(shuffled(page), concurrency, async (tenantId) => {
      if (now() - startedAt > timeBudgetMs) {
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
