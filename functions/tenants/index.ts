import { randomUUID } from 'node:crypto';
import { loadTiers } from '../../shared/definitions/tiers';
import { readEnv } from '../../shared/env';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import { adminRuleOf } from '../../shared/tenants/rules/admin-rule';
import { tenantsRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const bigquery = createBigQuery();
const runStatement = createRunStatement(bigquery);

const routes = tenantsRoutes({
  adminRule: adminRuleOf(env),
  authenticateTenant: createAuthenticateTenant(runStatement, Date.now),
  runStatement,
  listTenantPage: createListTenantPage(bigquery),
  tiers: loadTiers(env.SCHEMAS_DIRECTORY),
  now: () => new Date(),
  newId: randomUUID,
});

registerHttpFunction('tenants', serveRoutes(routes, log));
