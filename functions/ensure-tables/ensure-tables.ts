import type { MetadataTable } from '../../shared/definitions/tables';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { ListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import type { TenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { Log } from '../../shared/log';
import { forEachTenant, type TenantWorkSummary } from '../../shared/support/for-each-tenant';
import { retrying } from '../../shared/support/retry';

export interface EnsureTablesDependencies {
  readonly listTenants: ListTenants;
  readonly datasets: Pick<TenantDatasets, 'hasTable' | 'upgradeTable'>;
  readonly tables: readonly MetadataTable[];
  readonly now: () => Date;
  readonly log: Log;
}

export interface EnsureTablesSummary extends TenantWorkSummary {
  /** Tables that were made or got columns. */
  readonly changed: number;
}

/** Below Cloud Scheduler's longest attempt of 30 minutes. */
const timeBudgetMs = 25 * 60_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Brings every tenant's metadata tables to what the definitions say: tables that are missing are made, columns that are
 * missing are added, and what is there stays. It costs no query. Can be called any number of times, also by two at once.
 */
export async function ensureTables(deps: EnsureTablesDependencies): Promise<EnsureTablesSummary> {
  const { listTenants, log, now } = deps;
  let changed = 0;
  const tenants = { listTenants, log, now: () => now().getTime(), concurrency: 16, timeBudgetMs };
  const work = await forEachTenant(tenants, async (tenantId) => {
    const names = await upgradeTenant(tenantId, deps);
    if (names.length > 0)
      log('INFO', `Tables brought up to date: ${names.join(', ')}`, { tenant_id: tenantId });
    changed += names.length;
  });
  const summary = { ...work, changed };
  if (summary.failed + summary.left_over === 0) log('INFO', 'All tables are up to date', { ...summary });
  else log('ERROR', 'Not all tables could be brought up to date', { event: 'tables_failed', ...summary });
  return summary;
}

/** Names of the tables that were changed. An onboarding that is under way makes its tables itself. */
async function upgradeTenant(
  tenantId: string,
  { datasets, tables }: EnsureTablesDependencies,
): Promise<readonly string[]> {
  try {
    if (!(await retrying(retryPolicy, () => datasets.hasTable(tenantId, 'tenants')))) return [];
    const changed: string[] = [];
    // One after the other: BigQuery allows five changes of a dataset's tables in ten seconds.
    for (const table of tables) {
      const upgrade = () => datasets.upgradeTable(tenantId, table);
      if (await retrying(retryPolicy, upgrade)) changed.push(table.name);
    }
    return changed;
  } catch (error) {
    // Deleted meanwhile.
    if (isNotFound(error)) return [];
    throw error;
  }
}
