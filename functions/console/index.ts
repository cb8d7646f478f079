import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { startTelemetry } from '../../shared/telemetry/telemetry';
import { lazyConsole } from './console-files';
import { consoleRoutes } from './handler';

const env = readEnv();
const log = createLog(env);
startTelemetry(log);

// Nobody has a key here, so there is nobody whose failures could be counted. What anonymous callers can make is traffic:
// deploy.sh --throttle bounds it before it comes here.
registerHttpFunction('console', serveRoutes(consoleRoutes(lazyConsole(env.CONSOLE_DIRECTORY)), log));
