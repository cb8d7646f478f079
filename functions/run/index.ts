import { randomUUID } from 'node:crypto';
import { createAppendRows } from '../../shared/adapters/bigquery/append-rows';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/adapters/bigquery/client';
import { createHoldsSlot } from '../../shared/adapters/bigquery/read-slots';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { createOpenJobs } from '../../shared/adapters/bigquery/tenant-jobs';
import { createPublishRun } from '../../shared/adapters/pubsub/publish-run';
import { createAdmit } from '../../shared/admission';
import { createAuthenticateTenant } from '../../shared/authentication/authenticate-tenant';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { createRelease } from '../../shared/release';
import { measuredAdmit } from '../../shared/telemetry/measured-admit';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { usualPace } from './follow-run';
import { runRoutes } from './handler';

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
  followPace: usualPace,
  newId: randomUUID,
  now,
  log,
});

registerHttpFunction('run', serveRoutes(routes, log));
