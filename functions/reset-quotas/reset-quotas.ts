import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { ListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import type { Log } from '../../shared/log';
import { resetMonth } from '../../shared/sql/tenants/reset-month';
import type { Clock } from '../../shared/support/clock';
import { forEachTenant, type TenantWorkSummary } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';

export interface ResetQuotasDependencies {
  readonly listTenants: ListTenants;
  readonly runStatement: RunStatement;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ResetSummary extends TenantWorkSummary {
  readonly reset: number;
}

/** Less than Cloud Scheduler's longest attempt of 30 minutes. */
const timeBudgetMs = 25 * 60_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Starts the month of `period` (a UTC day such as 2026-11-01) for every tenant whose count is of an earlier
 * month: the count goes back to 0, the quotas stay. Safe to call any number of times on any day: a tenant whose count is of that month already stays as
 * it is.
 */
export async function resetQuotas(period: string, deps: ResetQuotasDependencies): Promise<ResetSummary> {
  const { listTenants, log, clock } = deps;
  let reset = 0;
  const tenants = { listTenants, log, clock, concurrency: 16, timeBudgetMs };
  const work = await forEachTenant(tenants, async (tenantId) => {
    const rows = await resetTenant(tenantId, period, deps);
    reset += rows;
  });
  const summary = { ...work, reset };
  if (summary.failed + summary.left_over === 0) log('INFO', `Quotas reset for ${period}`, { ...summary });
  else log('ERROR', `Not all quotas could be reset for ${period}`, { event: 'reset_failed', ...summary });
  return summary;
}

/** How many rows were reset: 1 or 0. */
async function resetTenant(
  tenantId: string,
  period: string,
  { runStatement, clock }: ResetQuotasDependencies,
) {
  try {
    const reset = () => runStatement(tenantId, resetMonth, { period, now: clock.now() });
    return (await retrying(retryPolicy, reset)).affectedRows;
  } catch (error) {
    // Deleted, or not fully onboarded: there is nothing to reset.
    if (isNotFound(error)) return 0;
    throw error;
  }
}
