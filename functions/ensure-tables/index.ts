import { loadTables } from '../../shared/definitions/tables';
import { readEnv } from '../../shared/env';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { ensureTablesRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const bigquery = createBigQuery();

const routes = ensureTablesRoutes({
  listTenants: createListTenants(bigquery),
  datasets: createTenantDatasets(bigquery),
  tables: loadTables(env.SCHEMAS_DIRECTORY),
  now: () => new Date(),
  log,
});

registerHttpFunction('ensure-tables', serveRoutes(routes, log));
