import { randomUUID } from 'node:crypto';
import { loadPipeline } from '../../shared/definitions/pipelines';
import { loadTables } from '../../shared/definitions/tables';
import { loadTiers } from '../../shared/definitions/tiers';
import { readEnv } from '../../shared/env';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { adminRuleOf } from '../../shared/tenants/rules/admin-rule';
import { createDryRun, dryRunPipeline } from './dry-run';
import { onboardRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
const now = () => new Date();
startTelemetry(log);
const bigquery = createBigQuery();

const routes = onboardRoutes({
  adminRule: adminRuleOf(env),
  runStatement: createRunStatement(bigquery),
  datasets: createTenantDatasets(bigquery),
  tables: loadTables(env.SCHEMAS_DIRECTORY),
  tiers: loadTiers(env.SCHEMAS_DIRECTORY),
  defaultLocation: env.BIGQUERY_LOCATION,
  now,
  newId: randomUUID,
  log,
  dryRun: createDryRun({
    definition: loadPipeline(env.SCHEMAS_DIRECTORY, dryRunPipeline),
    runJob: createRunJob(bigquery),
    now,
    log,
  }),
});

registerHttpFunction('onboard', serveRoutes(routes, log));
