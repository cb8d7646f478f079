import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { systemClock } from '../../shared/support/clock';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { composeResetQuotas } from './compose-reset-quotas';

const log = createLog(readEnv());
startTelemetry(log);

const routes = composeResetQuotas({ clock: systemClock, log });

registerHttpFunction('reset-quotas', serveRoutes(routes, log));
