import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { eventSettingsOf, readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeOperate } from './compose-operate';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeOperate({
  operationTopic: env.OPERATION_TOPIC,
  runTopic: env.RUN_TOPIC,
  events: eventSettingsOf(env),
  control: controlSettingsOf(env),
  pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
  // Deliveries may take 10 minutes (deploy.sh); what was begun by then has three more.
  workMs: 420_000,
  batchSize: 48,
  newId: randomUUID,
  clock: systemClock,
  log,
});

registerHttpFunction('operate', serveRoutes(routes, log));
