import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { lazyReference } from '../../shared/definitions/openapi';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { loadTiers } from '../../shared/definitions/tiers';
import { callerLimitsOf, eventSettingsOf, readEnv, tokenSecretsOf } from '../../shared/env';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { refusalsIn } from '../../shared/refusals/compose-refusals';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { adminRuleOf } from '../../shared/tenants/rules/admin-rule';
import { webhookSecretsOf } from '../../shared/webhooks/rules/webhook-secret';
import { composeTenants } from './compose-tenants';
import { referenceRoutes } from './reference-routes';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const control = controlSettingsOf(env);

/** What is done beside the routes goes by the same client: each has tokens and connections of its own. */
const bigquery = createBigQuery();

const routes = composeTenants(
  {
    adminRule: adminRuleOf(env),
    tiers: loadTiers(env.SCHEMAS_DIRECTORY),
    answerMs: env.ANSWER_WITHIN_SECONDS * 1000,
    tokenSecrets: tokenSecretsOf(env),
    webhookSecrets: webhookSecretsOf(env),
    deliveryTopic: env.WEBHOOK_DELIVERY_TOPIC,
    notesKeyUses: true,
    readPipelines: () => loadPipelines(env.SCHEMAS_DIRECTORY),
    pricePerTib: env.BIGQUERY_PRICE_PER_TIB,
    currency: env.BILLING_CURRENCY,
    callsAtOnce: env.CALLS_AT_ONCE,
    events: eventSettingsOf(env),
    audit: { dataset: control, log },
    operations: { topic: env.OPERATION_TOPIC, dataset: control, log },
    newId: randomUUID,
    clock: systemClock,
    log,
  },
  { createBigQuery: () => bigquery },
);

const reference = referenceRoutes(lazyReference(env.SCHEMAS_DIRECTORY));

const limits = {
  ...callerLimitsOf(env),
  noteAnswer: refusalsIn(createControlDataset(bigquery, control), 'tenants', log),
};
registerHttpFunction('tenants', serveRoutes([...routes, ...reference], log, limits));
