import { join } from 'node:path';
import { loadSchedules } from '../../shared/definitions/schedules';
import { readEnv } from '../../shared/env';
import { stopTelemetry } from '../../shared/telemetry/telemetry';
import { startCredentials } from './credentials';
import { type FunctionName, functionNames, type HostedFunction, hostFunction } from './functions';
import { startGateway } from './gateway/gateway';
import { runJobRoute } from './gateway/run-job-route';
import { localSources } from './options';
import { routesTo } from './routes';
import { startScheduler } from './scheduler/scheduler';
import type { ServerAddresses, Servers, ServersOptions } from './servers';
import { startServersInThread } from './servers-in-thread';

export interface LocalCloudOptions extends ServersOptions {
  /** 0 lets the system choose. */
  readonly gatewayPort: number;
  readonly schemasDirectory: string;
  readonly log: (line: string) => void;
}

export interface LocalCloud extends ServerAddresses {
  /** Of the gateway: where the documented paths are served. */
  readonly url: string;
  readonly functions: Readonly<Record<FunctionName, HostedFunction>>;
  /** To change faults, and to have a service away, while it runs. */
  readonly backends: Pick<Servers, 'bigquery' | 'pubsub'>;
  /** Stops everything in reverse order, the SQL engine's process included. */
  readonly close: () => Promise<void>;
}

const runTopic = 'pipeline-runs';
/** Unless the environment names others. */
const notifyTopic = 'pipeline-events';

/**
 * Starts the cloud in a box: BigQuery, Pub/Sub, the functions, the scheduler and the gateway. Once a process: Google's
 * clients read where their servers are from the environment, which this sets, when a function's module is loaded.
 * Throws an Error naming the port where one is taken.
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { schemasDirectory, log } = options;
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  const started = <T extends { close: () => Promise<void> | void }>(server: T): T => {
    closers.push(() => server.close());
    return server;
  };

  try {
    const schedules = loadSchedules(schemasDirectory);
    const starting = Promise.all([
      startServersInThread(options, log).then(started),
      startCredentials(join(options.dataDirectory, 'credentials')).then(started),
    ]);
    const { prepareMessaging } = loadMessaging();
    const [servers, credentials] = await starting;
    Object.assign(process.env, {
      GOOGLE_CLOUD_PROJECT: 'local',
      BIGQUERY_EMULATOR_HOST: servers.bigqueryUrl,
      PUBSUB_EMULATOR_HOST: servers.pubsubHost,
      GOOGLE_APPLICATION_CREDENTIALS: credentials.file,
      METADATA_SERVER_DETECTION: 'none',
      RUN_TOPIC: runTopic,
      ALLOWED_SOURCES: process.env.ALLOWED_SOURCES ?? localSources,
      NOTIFY_TOPICS: process.env.NOTIFY_TOPICS ?? notifyTopic,
      SCHEMAS_DIRECTORY: schemasDirectory,
    });

    started({ close: stopTelemetry });
    const functions = await hostAll(started);
    const notifyTopics = readEnv().NOTIFY_TOPICS;
    await prepareMessaging({
      runTopic,
      notifyTopics,
      workerUrl: `http://127.0.0.1:${functions.worker.port}/`,
    });
    const scheduler = started(
      startScheduler({
        jobs: schedules,
        target: (job) => `http://127.0.0.1:${portOf(functions, job.function)}/`,
        log,
      }),
    );
    const gateway = started(
      await startGateway({
        port: options.gatewayPort,
        routes: [...routesTo(functions), runJobRoute(scheduler)],
        log,
      }),
    );
    return {
      url: `http://localhost:${gateway.port}`,
      bigqueryUrl: servers.bigqueryUrl,
      pubsubHost: servers.pubsubHost,
      functions,
      backends: servers,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Google's Pub/Sub client takes longest of all to load: the servers start in their thread meanwhile. */
const loadMessaging = (): typeof import('./messaging') => require('./messaging');

type Started = <T extends { close: () => Promise<void> | void }>(server: T) => T;

async function hostAll(started: Started): Promise<Readonly<Record<FunctionName, HostedFunction>>> {
  const [onboard, tenants, run, worker, resetQuotas, reconcile, ensureTables] = await Promise.all([
    hostFunction('onboard').then(started),
    hostFunction('tenants').then(started),
    hostFunction('run').then(started),
    hostFunction('worker').then(started),
    hostFunction('reset-quotas').then(started),
    hostFunction('reconcile').then(started),
    hostFunction('ensure-tables').then(started),
  ]);
  const scheduled = { 'reset-quotas': resetQuotas, reconcile, 'ensure-tables': ensureTables };
  return { onboard, tenants, run, worker, ...scheduled };
}

function portOf(functions: Readonly<Record<FunctionName, HostedFunction>>, name: string): number {
  const known = functionNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`schedules.json: there is no function '${name}'`);
  return functions[known].port;
}
