import { randomUUID } from 'node:crypto';
import { createBigQuery } from '../../shared/adapters/bigquery/client';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { createTenantDatasets } from '../../shared/adapters/bigquery/tenant-datasets';
import { adminRuleOf } from '../../shared/authentication/admin-rule';
import { loadTables } from '../../shared/definitions/tables';
import { loadTiers } from '../../shared/definitions/tiers';
import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { onboardRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
const bigquery = createBigQuery();

const routes = onboardRoutes({
  adminRule: adminRuleOf(env),
  runStatement: createRunStatement(bigquery),
  datasets: createTenantDatasets(bigquery),
  tables: loadTables(env.SCHEMAS_DIRECTORY),
  tiers: loadTiers(env.SCHEMAS_DIRECTORY),
  defaultLocation: env.BIGQUERY_LOCATION,
  now: () => new Date(),
  newId: randomUUID,
  log,
});

registerHttpFunction('onboard', serveRoutes(routes, log));
