import { controlSettingsOf } from '../../shared/audit/control-settings';
import { loadTables } from '../../shared/definitions/tables';
import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeEnsureTables } from './compose-ensure-tables';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

const routes = composeEnsureTables({
  tables: loadTables(env.SCHEMAS_DIRECTORY),
  control: controlSettingsOf(env),
  clock: systemClock,
  log,
});

registerHttpFunction('ensure-tables', serveRoutes(routes, log));
