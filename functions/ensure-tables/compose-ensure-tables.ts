import type { MetadataTable } from '../../shared/definitions/tables';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import type { Clock } from '../../shared/support/clock';
import { ensureTablesRoutes } from './handler';

export interface EnsureTablesSetUp {
  readonly tables: readonly MetadataTable[];
  readonly control: ControlDatasetSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = { createBigQuery, createListTenants, createTenantDatasets };

/** Puts the function together: which part uses which client, and the route over them. */
export function composeEnsureTables(
  setUp: EnsureTablesSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] {
  const bigquery = google.createBigQuery();
  return ensureTablesRoutes({
    ...setUp,
    ensureControl: createControlDataset(bigquery, setUp.control).ensure,
    listTenants: google.createListTenants(bigquery),
    datasets: google.createTenantDatasets(bigquery),
  });
}
