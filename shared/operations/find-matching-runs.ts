import type { ListTenants } from '../google/bigquery/tables/list-tenants';
import type { ReadRunsInFlight } from '../google/bigquery/tables/read-tenant-state';
import { forEachBounded } from '../support/for-each';
import { type CancelFilter, matchingRuns } from './rules/bulk-cancel';

export interface MatchingDependencies {
  readonly listTenants: ListTenants;
  readonly readRunsInFlight: ReadRunsInFlight;
}

/** Rows that are read at once, by calls that are free of charge. */
const readAtOnce = 32;

/**
 * Tells of each tenant that has runs in flight that match. False: time was up before all tenants were looked at. All
 * that is read is free of charge, and as the last write to each tenant left it. Throws BigQuery's error.
 *
 * @param found may be called for several tenants at once
 */
export async function findMatchingRuns(
  filter: CancelFilter,
  { listTenants, readRunsInFlight }: MatchingDependencies,
  isTimeUp: () => boolean,
  found: (tenantId: string, runIds: readonly string[]) => void,
): Promise<boolean> {
  let isWhole = true;
  const look = async (tenantId: string) => {
    if (isTimeUp()) {
      isWhole = false;
      return;
    }
    const tenant = await readRunsInFlight(tenantId);
    const runIds = tenant === undefined ? [] : matchingRuns(tenant, filter);
    if (runIds.length > 0) found(tenantId, runIds);
  };
  if (filter.tenants !== null) await forEachBounded(new Set(filter.tenants), readAtOnce, look);
  else for await (const page of listTenants()) await forEachBounded(page, readAtOnce, look);
  return isWhole;
}
