import { randomUUID } from 'node:crypto';
import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadPipeline } from '../../shared/definitions/pipelines';
import { loadTables } from '../../shared/definitions/tables';
import { loadTiers } from '../../shared/definitions/tiers';
import { callerLimitsOf, eventSettingsOf, readEnv } from '../../shared/env';
import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { refusalsIn } from '../../shared/refusals/compose-refusals';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { adminRuleOf } from '../../shared/tenants/rules/admin-rule';
import { composeOnboard } from './compose-onboard';
import { dryRunPipeline } from './dry-run';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const control = controlSettingsOf(env);

/** What is done beside the routes goes by the same client: each has tokens and connections of its own. */
const bigquery = createBigQuery();

const routes = composeOnboard(
  {
    adminRule: adminRuleOf(env),
    tables: loadTables(env.SCHEMAS_DIRECTORY),
    tiers: loadTiers(env.SCHEMAS_DIRECTORY),
    defaultLocation: env.BIGQUERY_LOCATION,
    dryRun: loadPipeline(env.SCHEMAS_DIRECTORY, dryRunPipeline),
    events: eventSettingsOf(env),
    answerMs: env.ANSWER_WITHIN_SECONDS * 1000,
    callsAtOnce: env.CALLS_AT_ONCE,
    audit: { dataset: control, log },
    newId: randomUUID,
    clock: systemClock,
    log,
  },
  { createBigQuery: () => bigquery },
);

const limits = {
  ...callerLimitsOf(env),
  noteAnswer: refusalsIn(createControlDataset(bigquery, control), 'onboard', log),
};
registerHttpFunction('onboard', serveRoutes(routes, log, limits));
