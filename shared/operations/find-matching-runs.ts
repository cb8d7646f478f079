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

/** What findMatchingRuns tells. Each may be called for several tenants at once. */
export interface MatchFindings {
  readonly found: (tenantId: string, runIds: readonly string[]) => void;
  /** A tenant that could not be looked at. */
  readonly unreadable: (tenantId: string, error: unknown) => void;
}

/**
 * Tells of each tenant that has runs in flight that match, and of each that cannot be read. False: time was up before
 * all tenants were looked at. All that is read is free of charge, and may be older than the last write to a tenant:
 * runs that were admitted a moment ago may be missed, and ones that are over may be found. Throws BigQuery's error of
 * listing the tenants.
 */
export async function findMatchingRuns(
  filter: CancelFilter,
  { listTenants, readRunsInFlight }: MatchingDependencies,
  isTimeUp: () => boolean,
  { found, unreadable }: MatchFindings,
): Promise<boolean> {
  let isWhole = true;
  const look = async (tenantId: string) => {
    if (isTimeUp()) {
      isWhole = false;
      return;
    }
    try {
      const runIds = await matchingRunsOf(tenantId, filter, { readRunsInFlight });
      if (runIds.length > 0) found(tenantId, runIds);
    } catch (error) {
      unreadable(tenantId, error);
    }
  };
  if (filter.tenants !== null) await forEachBounded(new Set(filter.tenants), readAtOnce, look);
  else for await (const page of listTenants()) await forEachBounded(page, readAtOnce, look);
  return isWhole;
}

/** The ids of a tenant's runs in flight that match; none where there is no such tenant. Throws BigQuery's error. */
export async function matchingRunsOf(
  tenantId: string,
  filter: CancelFilter,
  { readRunsInFlight }: Pick<MatchingDependencies, 'readRunsInFlight'>,
): Promise<readonly string[]> {
  const tenant = await readRunsInFlight(tenantId);
  return tenant === undefined ? [] : matchingRuns(tenant, filter);
}
