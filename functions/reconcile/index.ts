import { readEnv } from '../../shared/env';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createReadSlots } from '../../shared/google/bigquery/tables/read-slots';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { createRelease } from '../../shared/runs/release';
import { startGraceMs } from '../../shared/runs/rules/run-times';
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
