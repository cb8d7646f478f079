import { randomUUID } from 'node:crypto';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { callerLimitsOf, readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeRun } from './compose-run';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeRun({
  runTopic: env.RUN_TOPIC,
  decisionsAtOnce: env.DECISIONS_AT_ONCE,
  pipelines: loadPipelines(env.SCHEMAS_DIRECTORY),
  answerMs: env.ANSWER_WITHIN_SECONDS * 1000,
  newId: randomUUID,
  clock: systemClock,
  log,
});

registerHttpFunction('run', serveRoutes(routes, log, callerLimitsOf(env)));
