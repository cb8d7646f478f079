import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { reloadConsole } from '../../functions/console/console-files';
import { reloadPipelines } from '../../shared/definitions/pipelines';
import { readEnv } from '../../shared/env';
import { serveRegistered } from '../../shared/http/register';
import type { FunctionName } from './function-names';
import type { ForwardTarget } from './gateway/forward';
import { idleAtFunctionsMs } from './gateway/gateway';
import { admitLocalCallers } from './gateway/local-callers';

export interface HostedFunction extends ForwardTarget {
  readonly close: () => Promise<void>;
}

/** Loading a module registers its function with functions-framework; its environment must be set by then. */
const modules: Readonly<Record<FunctionName, () => unknown>> = {
  onboard: () => require('../../functions/onboard'),
  tenants: () => require('../../functions/tenants'),
  run: () => require('../../functions/run'),
  worker: () => require('../../functions/worker'),
  operate: () => require('../../functions/operate'),
  'deliver-events': () => require('../../functions/deliver-events'),
  'reset-quotas': () => require('../../functions/reset-quotas'),
  reconcile: () => require('../../functions/reconcile'),
  'ensure-tables': () => require('../../functions/ensure-tables'),
  tick: () => require('../../functions/tick'),
  console: () => require('../../functions/console'),
};

/** What hosted functions have read, and read again: throws an Error that says what is wrong with it. */
export const reloadings = { definitions: reloadPipelines, console: reloadConsole };

/**
 * Loads a function and serves it with functions-framework's own test server, on a free port of 127.0.0.1.
 * @param hosts names under which this machine may be called besides localhost
 */
export async function hostFunction(
  name: FunctionName,
  hosts: readonly string[] = [],
): Promise<HostedFunction> {
  modules[name]();
  const server = getTestServer(name);
  server.keepAliveTimeout = idleAtFunctionsMs;
  serveRegistered(server, name);
  admitLocalCallers(server, hosts, () => undefined, readEnv().CORS_ORIGINS);
  const { port } = await listen(server);
  return {
    host: '127.0.0.1',
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listen = (server: Server): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no port'));
      else resolve(address);
    });
  });
