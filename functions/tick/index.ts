import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { eventSettingsOf, readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeTick } from './compose-tick';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeTick({
  runTopic: env.RUN_TOPIC,
  operationTopic: env.OPERATION_TOPIC,
  events: eventSettingsOf(env),
  control: controlSettingsOf(env),
  pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
  newId: randomUUID,
  clock: systemClock,
  log,
});

registerHttpFunction('tick', serveRoutes(routes, log));
