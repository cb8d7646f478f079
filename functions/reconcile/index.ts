import { createAppendRows } from '../../shared/adapters/bigquery/append-rows';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/adapters/bigquery/client';
import { createListTenants } from '../../shared/adapters/bigquery/list-tenants';
import { createReadSlots } from '../../shared/adapters/bigquery/read-slots';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { createPublishRun } from '../../shared/adapters/pubsub/publish-run';
import { startGraceMs } from '../../shared/domain/start-grace';
import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { createRelease } from '../../shared/release';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { reconcileRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const now = () => new Date();
const bigquery = createBigQuery();
const client = createBigQueryWithoutRetries();
const runStatement = createRunStatement(client);

const routes = reconcileRoutes({
  listTenants: createListTenants(bigquery),
  readSlots: createReadSlots(bigquery),
  runStatement,
  appendRows: createAppendRows(client),
  publishRun: createPublishRun(env.RUN_TOPIC, client),
  release: createRelease(runStatement, now),
  rule: { startGraceMs, intervalMs: 300_000 },
  now,
  log,
});

registerHttpFunction('reconcile', serveRoutes(routes, log));
