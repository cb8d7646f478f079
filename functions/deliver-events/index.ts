import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { eventSettingsOf, readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createHttpsRequest } from '../../shared/internet/https-request';
import { createLocalRequest } from '../../shared/internet/local-request';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { webhookSecretsOf } from '../../shared/webhooks/rules/webhook-secret';
import { composeDeliverEvents } from './compose-deliver-events';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeDeliverEvents({
  control: controlSettingsOf(env),
  webhookSecrets: webhookSecretsOf(env),
  deliveryTopic: env.WEBHOOK_DELIVERY_TOPIC,
  retryTopic: env.WEBHOOK_RETRY_TOPIC,
  events: eventSettingsOf(env),
  request: createLocalRequest(env.HTTP_STEP_LOCAL ?? {}, createHttpsRequest()),
  newId: randomUUID,
  clock: systemClock,
  log,
});

registerHttpFunction('deliver-events', serveRoutes(routes, log));
