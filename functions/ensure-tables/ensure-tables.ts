import type { MetadataTable } from '../../shared/definitions/tables';
import { isNotFound, isRetryable } from '../../shared/google/bigquery/failures';
import type { ListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import type { TenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { Log } from '../../shared/log';
import type { Clock } from '../../shared/support/clock';
import { forEachTenant, type TenantWorkSummary } from '../../shared/support/for-each';
import { retrying } from '../../shared/support/retry';

export interface EnsureTablesDependencies {
  readonly listTenants: ListTenants;
  readonly datasets: Pick<TenantDatasets, 'hasTable' | 'upgradeTable'>;
  readonly tables: readonly MetadataTable[];
  /** Makes what is missing of the control dataset. */
  readonly ensureControl: () => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface EnsureTablesSummary extends TenantWorkSummary {
  /** Tables that were made or got new columns. */
  readonly changed: number;
}

/** Less than Cloud Scheduler's longest attempt, which is 30 minutes. */
const timeBudgetMs = 25 * 60_000;
const retryPolicy = { budgetMs: 30_000, initialBackoffMs: 200, maximumBackoffMs: 5_000, isRetryable };

/**
 * Makes the control dataset's and every tenant's metadata tables match the definitions in schemas/tables: missing tables are made and
 * missing columns added; nothing is removed. It costs no query. It can be called at any time, even twice at
 * once.
 */
export async function ensureTables(deps: EnsureTablesDependencies): Promise<EnsureTablesSummary> {
  const { listTenants, log, clock } = deps;
  await retrying(retryPolicy, deps.ensureControl);
  let changed = 0;
  const tenants = { listTenants, log, clock, concurrency: 16, timeBudgetMs };
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

/**
 * The names of the tables that were changed. A tenant whose onboarding is under way gets its tables from
 * there.
 */
async function upgradeTenant(
  tenantId: string,
  { datasets, tables }: EnsureTablesDependencies,
): Promise<readonly string[]> {
  try {
    if (!(await retrying(retryPolicy, () => datasets.hasTable(tenantId, 'tenants')))) return [];
    const changed: string[] = [];
    // One after the other: BigQuery allows five table changes per dataset in ten seconds.
    for (const table of tables) {
      const upgrade = () => datasets.upgradeTable(tenantId, table);
      if (await retrying(retryPolicy, upgrade)) changed.push(table.name);
    }
    return changed;
  } catch (error) {
    // The tenant has just been deleted.
    if (isNotFound(error)) return [];
    throw error;
  }
}
