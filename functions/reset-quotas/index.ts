import { readEnv } from '../../shared/env';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { resetQuotasRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const bigquery = createBigQuery();

const routes = resetQuotasRoutes({
  listTenants: createListTenants(bigquery),
  runStatement: createRunStatement(createBigQueryWithoutRetries()),
  now: () => new Date(),
  log,
});

registerHttpFunction('reset-quotas', serveRoutes(routes, log));
