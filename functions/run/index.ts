import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { loadTiers } from '../../shared/definitions/tiers';
import { callerLimitsOf, eventSettingsOf, readEnv, tokenSecretsOf } from '../../shared/env';
import { createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import { createReach } from '../../shared/google/reach';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { refusalsIn } from '../../shared/refusals/compose-refusals';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { adminRuleOf } from '../../shared/tenants/rules/admin-rule';
import { composeRun } from './compose-run';
import { healthRoutes } from './health-routes';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const control = controlSettingsOf(env);

/** What is done beside the routes goes by the same client: each has tokens and connections of its own. */
const bigquery = createBigQueryWithoutRetries();

const routes = composeRun(
  {
    adminRule: adminRuleOf(env),
    runTopic: env.RUN_TOPIC,
    events: eventSettingsOf(env),
    decisionsAtOnce: env.DECISIONS_AT_ONCE,
    callsAtOnce: env.CALLS_AT_ONCE,
    pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
    planning: {
      tiers: loadTiers(env.SCHEMAS_DIRECTORY),
      allowedSources: env.ALLOWED_SOURCES,
      httpHosts: [...env.HTTP_STEP_HOSTS, ...Object.keys(env.HTTP_STEP_LOCAL ?? {})],
      notifyTopics: env.NOTIFY_TOPICS,
    },
    pricePerTib: env.BIGQUERY_PRICE_PER_TIB,
    currency: env.BILLING_CURRENCY,
    answerMs: env.ANSWER_WITHIN_SECONDS * 1000,
    tokenSecrets: tokenSecretsOf(env),
    notesKeyUses: true,
    operations: { topic: env.OPERATION_TOPIC, dataset: control },
    audit: { dataset: control, log },
    control,
    newId: randomUUID,
    clock: systemClock,
    log,
  },
  { createBigQueryWithoutRetries: () => bigquery },
);

const health = healthRoutes({
  reach: createReach(() => bigquery, env.RUN_TOPIC),
  monotonicMs: systemClock.monotonicMs,
});

const limits = {
  ...callerLimitsOf(env),
  noteAnswer: refusalsIn(createControlDataset(bigquery, control), 'run', log),
};
registerHttpFunction('run', serveRoutes([...routes, ...health], log, limits));
