import { randomUUID } from 'node:crypto';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { readEnv } from '../../shared/env';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createHoldsSlot } from '../../shared/google/bigquery/tables/read-slots';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { createAdmit } from '../../shared/runs/admit';
import { measuredAdmit } from '../../shared/runs/measured-admit';
import { createRelease } from '../../shared/runs/release';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import { runRoutes } from './handler';
import { usualStreamPace } from './stream-run';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const now = () => new Date();
const bigquery = createBigQuery();
const withoutRetries = createBigQueryWithoutRetries();
const runStatement = createRunStatement(withoutRetries);

const routes = runRoutes({
  authenticateTenant: createAuthenticateTenant(runStatement, Date.now),
  runStatement: createRunStatement(bigquery),
  pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
  admit: measuredAdmit(createAdmit({ runStatement, now, log })),
  publishRun: createPublishRun(env.RUN_TOPIC, withoutRetries),
  appendRows: createAppendRows(withoutRetries),
  release: createRelease(runStatement, now),
  openJobs: createOpenJobs(bigquery),
  holdsSlot: createHoldsSlot(bigquery),
  streamPace: usualStreamPace,
  newId: randomUUID,
  now,
  log,
});

registerHttpFunction('run', serveRoutes(routes, log));
