import { setTimeout as sleep } from 'node:timers/promises';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { loadTiers } from '../../shared/definitions/tiers';
import { readEnv } from '../../shared/env';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createClaimHandOver } from '../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createHoldsSlot } from '../../shared/google/bigquery/tables/read-slots';
import { createPublishEvent } from '../../shared/google/pubsub/publish-event';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { createByteBudget } from '../../shared/pipelines/steps/http/byte-budget';
import { createHttpsGet } from '../../shared/pipelines/steps/http/https-get';
import { createFindRecord } from '../../shared/pipelines/steps/notify/notify-step';
import { createRelease } from '../../shared/runs/release';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { executeRun } from './execute-run';
import { workerRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);
const now = () => new Date();
const bigquery = createBigQuery();
const withoutRetries = createBigQueryWithoutRetries();
const runStatement = createRunStatement(bigquery);
const pipelines = loadPipelines(env.SCHEMAS_DIRECTORY);

// Deliveries may take as long as the subscription's ack deadline; a tenth of it is left for the hand-over.
const handOverAfterMs = env.RUN_ACK_DEADLINE_SECONDS * 900;
/** A quarter of the memory that deploy.sh gives an instance, where files lie as well. */
const downloadBytes = 268_435_456;

const tools = {
  runJob: createRunJob(bigquery),
  openJobs: createOpenJobs(bigquery),
  appendRows: createAppendRows(bigquery),
  tiers: loadTiers(env.SCHEMAS_DIRECTORY),
  allowedSources: env.ALLOWED_SOURCES,
  http: {
    hosts: env.HTTP_STEP_HOSTS,
    get: createHttpsGet(),
    secretOf: (name: string) => (name.startsWith('PIPELINE_SECRET_') ? process.env[name] : undefined),
    budget: createByteBudget(downloadBytes),
    // One that begins soon after its delivery ends before the run is handed over.
    longestDownloadMs: handOverAfterMs * 0.9,
  },
  notify: {
    topics: env.NOTIFY_TOPICS,
    publish: createPublishEvent(),
    findRecord: createFindRecord(runStatement),
  },
  now,
  random: Math.random,
  sleep: async (milliseconds: number, signal?: AbortSignal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  log,
};

const routes = workerRoutes({
  runStatement,
  // The client's own repeats would send a ledger row with the time of the first attempt, and so overtake others.
  appendRows: createAppendRows(withoutRetries),
  findPipeline: (path) => pipelines.get(path),
  execute: (tenantId, slot, definition, watch, signal) =>
    executeRun(tenantId, slot, definition, tools, watch, signal),
  release: createRelease(createRunStatement(withoutRetries), now),
  publishRun: createPublishRun(env.RUN_TOPIC, withoutRetries),
  claimHandOver: createClaimHandOver(bigquery),
  handOverAfterMs,
  deliveryAttempts: env.RUN_DELIVERY_ATTEMPTS,
  holdsSlot: createHoldsSlot(withoutRetries),
  watchEveryMs: 5_000,
  now,
  log,
});

registerHttpFunction('worker', serveRoutes(routes, log));
