import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipeline } from '../../shared/definitions/pipelines';
import { eventSettingsOf, readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { appendGraceMs, longestPauseMs, startGraceMs } from '../../shared/runs/rules/run-times';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeReconcile } from './compose-reconcile';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeReconcile({
  runTopic: env.RUN_TOPIC,
  control: controlSettingsOf(env),
  events: eventSettingsOf(env),
  operations: { topic: env.OPERATION_TOPIC, controlDataset: env.CONTROL_DATASET },
  // schemas/schedules.json has it called every five minutes.
  rule: { startGraceMs, intervalMs: 300_000, longestPauseMs, appendGraceMs },
  findPipeline: (path) => loadPipeline(env.SCHEMAS_DIRECTORY, path),
  newId: randomUUID,
  clock: systemClock,
  log,
});

registerHttpFunction('reconcile', serveRoutes(routes, log));
