import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { loadTiers } from '../../shared/definitions/tiers';
import { eventSettingsOf, readEnv } from '../../shared/env';
import { createPublishEvent } from '../../shared/google/pubsub/publish-event';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createHttpsRequest } from '../../shared/internet/https-request';
import { createLocalRequest } from '../../shared/internet/local-request';
import { createLog } from '../../shared/log';
import { createByteBudget } from '../../shared/pipelines/steps/http/byte-budget';
import { createHttpsGet } from '../../shared/pipelines/steps/http/https-get';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeWorker } from './compose-worker';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

// Deliveries may take as long as the subscription's ack deadline; a tenth of it is left for the hand-over.
const handOverAfterMs = env.RUN_ACK_DEADLINE_SECONDS * 900;
/** A quarter of the memory that deploy.sh gives an instance, where files lie as well. */
const downloadBytes = 268_435_456;

const localHosts = env.HTTP_STEP_LOCAL ?? {};

const routes = composeWorker({
  runTopic: env.RUN_TOPIC,
  operationTopic: env.OPERATION_TOPIC,
  control: controlSettingsOf(env),
  events: eventSettingsOf(env),
  pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
  tiers: loadTiers(env.SCHEMAS_DIRECTORY),
  allowedSources: env.ALLOWED_SOURCES,
  http: {
    hosts: [...env.HTTP_STEP_HOSTS, ...Object.keys(localHosts)],
    get: createHttpsGet(createLocalRequest(localHosts, createHttpsRequest())),
    secretOf: (name) => (name.startsWith('PIPELINE_SECRET_') ? process.env[name] : undefined),
    budget: createByteBudget(downloadBytes),
    // A download that begins soon after its delivery ends before the run is handed over.
    longestDownloadMs: handOverAfterMs * 0.9,
  },
  notify: { topics: env.NOTIFY_TOPICS, publish: createPublishEvent() },
  handOverAfterMs,
  deliveryAttempts: env.RUN_DELIVERY_ATTEMPTS,
  runsOfTenantAtOnce: env.RUNS_OF_TENANT_AT_ONCE,
  watchEveryMs: 5_000,
  random: Math.random,
  clock: systemClock,
  log,
});

registerHttpFunction('worker', serveRoutes(routes, log));
