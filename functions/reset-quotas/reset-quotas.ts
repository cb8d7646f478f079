import { isNotFound, isRetryable } from '../../shared/adapters/bigquery/failures';
import type { ListTenants } from '../../shared/adapters/bigquery/list-tenants';
import type { RunStatement } from '../../shared/adapters/bigquery/run-statement';
import { forEachBounded } from '../../shared/for-each-bounded';
import type { Log } from '../../shared/log';
import { retrying } from '../../shared/retry';
import { resetMonth } from '../../shared/sql/reset-month';

export interface ResetQuotasDependencies {
  readonly listTenants: ListTenants;
  readonly runStatement: RunStatement;
  readonly now: () => Date;
  readonly log: Log;
}

export interface ResetSummary {
  readonly tenants: number;
  readonly reset: number;
  readonly failed: number;
  /** Tenants not looked at because time ran out; the next call does them. */
  readonly left_over: number;
}

const concurrency = 16;
/** Below Cloud Scheduler's longest attempt of 30 minutes, in milliseconds. */
const timeBudgetMs = 25 * 60_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Starts the month that `period` (a UTC day such as 2026-11-01) lies in for every tenant whose count is of an earlier
 * month. Can be called any number of times on any day: a tenant that is in the month already stays as it is.
 */
export async function resetQuotas(period: string, deps: ResetQuotasDependencies): Promise<ResetSummary> {
  const startedAt = deps.now().getTime();
  const summary = { tenants: 0, reset: 0, failed: 0, left_over: 0 };
  for await (const page of deps.listTenants()) {
    summary.tenants += page.length;
    await forEachBounded(page, concurrency, async (tenantId) => {
      if (deps.now().getTime() - startedAt > timeBudgetMs) {
        summary.left_over++;
        return;
      }
      const outcome = await resetTenant(tenantId, period, deps);
      if (outcome !== 'unchanged') summary[outcome]++;
    });
  }
  deps.log(summary.failed > 0 ? 'ERROR' : 'INFO', `Quotas reset for ${period}`, { ...summary });
  return summary;
}

/** One tenant's failure is logged and must not keep the others from their reset. */
async function resetTenant(tenantId: string, period: string, deps: ResetQuotasDependencies) {
  try {
    const { affectedRows } = await retrying(retryPolicy, () =>
      deps.runStatement(tenantId, resetMonth, { period, now: deps.now() }),
    );
    return affectedRows > 0 ? 'reset' : 'unchanged';
  } catch (error) {
    // Deleted, or not onboarded to its end: there is nothing to reset.
    if (isNotFound(error)) return 'unchanged';
    deps.log('ERROR', 'A quota reset failed', { tenant_id: tenantId, error });
    return 'failed';
  }
}
