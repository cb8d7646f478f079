import { join } from 'node:path';
import { loadSchedules } from '../shared/definitions/schedules';
import type { LimitOptions } from './bigquery/limits/limits';
import { type RunningBigQuery, startBigQuery } from './bigquery/server';
import { startCredentials } from './credentials';
import type { FaultOptions } from './faults/faults';
import { type FunctionName, functionNames, type HostedFunction, hostFunction } from './functions';
import { startGateway } from './gateway/gateway';
import { runJobRoute } from './gateway/run-job-route';
import { prepareMessaging } from './messaging';
import { type PubSubServer, startPubSub } from './pubsub/server';
import { routesTo } from './routes';
import { startScheduler } from './scheduler/scheduler';

export interface LocalCloudOptions {
  /** Ports; 0 lets the system choose. */
  readonly gatewayPort: number;
  readonly bigqueryPort: number;
  readonly pubsubPort: number;
  /** Where everything is kept. gs://bucket/path is the file <dataDirectory>/gcs/bucket/path. */
  readonly dataDirectory: string;
  /** Keeps tables and messages in memory only. */
  readonly isMemoryOnly: boolean;
  readonly schemasDirectory: string;
  /** Imposes BigQuery's documented limits and a latency model. */
  readonly bigqueryLimits?: LimitOptions | undefined;
  /** Makes calls to BigQuery and Pub/Sub fail, hang, repeat or arrive late. */
  readonly faults?: FaultOptions | undefined;
  readonly log: (line: string) => void;
}

export interface LocalCloud {
  /** Of the gateway: where the documented paths are served. */
  readonly url: string;
  readonly bigqueryUrl: string;
  readonly pubsubHost: string;
  readonly functions: Readonly<Record<FunctionName, HostedFunction>>;
  /** To change faults, and to have a service away, while it runs. */
  readonly backends: {
    readonly bigquery: Pick<RunningBigQuery, 'setFaultRate' | 'setAvailable'>;
    readonly pubsub: Pick<PubSubServer, 'setFaultRate' | 'setAvailable'>;
  };
  /** Stops everything in reverse order, the SQL engine's process included. */
  readonly close: () => Promise<void>;
}

const runTopic = 'pipeline-runs';

/**
 * Starts the cloud in a box: BigQuery, Pub/Sub, the functions, the scheduler and the gateway. Once a process: Google's
 * clients read where their servers are from the environment, which this sets, when a function's module is loaded.
 * Throws an Error naming the port where one is taken.
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { dataDirectory, isMemoryOnly, schemasDirectory, log } = options;
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
    const [bigquery, pubsub] = await allOrThrow(
      startBigQuery({
        port: options.bigqueryPort,
        gcsDirectory: join(dataDirectory, 'gcs'),
        ...(isMemoryOnly ? {} : { dataDirectory: join(dataDirectory, 'bigquery') }),
        limits: options.bigqueryLimits,
        faults: options.faults,
        log,
      }).then(started),
      startPubSub({
        port: options.pubsubPort,
        ...(isMemoryOnly ? {} : { dataDirectory: join(dataDirectory, 'pubsub') }),
        faults: options.faults,
        log,
      }).then(started),
    );
    const credentials = started(await startCredentials());
    const pubsubHost = `127.0.0.1:${pubsub.port}`;
    Object.assign(process.env, {
      GOOGLE_CLOUD_PROJECT: 'local',
      BIGQUERY_EMULATOR_HOST: bigquery.url,
      PUBSUB_EMULATOR_HOST: pubsubHost,
      GOOGLE_APPLICATION_CREDENTIALS: credentials.file,
      METADATA_SERVER_DETECTION: 'none',
      RUN_TOPIC: runTopic,
      SCHEMAS_DIRECTORY: schemasDirectory,
    });

    const functions = await hostAll(started);
    await prepareMessaging({ runTopic, workerUrl: `http://127.0.0.1:${functions.worker.port}/` });
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
      bigqueryUrl: bigquery.url,
      pubsubHost,
      functions,
      backends: { bigquery, pubsub },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Started = <T extends { close: () => Promise<void> | void }>(server: T) => T;

async function hostAll(started: Started): Promise<Readonly<Record<FunctionName, HostedFunction>>> {
  const [onboard, tenants, run, worker, resetQuotas] = await Promise.all([
    hostFunction('onboard').then(started),
    hostFunction('tenants').then(started),
    hostFunction('run').then(started),
    hostFunction('worker').then(started),
    hostFunction('reset-quotas').then(started),
  ]);
  return { onboard, tenants, run, worker, 'reset-quotas': resetQuotas };
}

function portOf(functions: Readonly<Record<FunctionName, HostedFunction>>, name: string): number {
  const known = functionNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`schedules.json: there is no function '${name}'`);
  return functions[known].port;
}

/** Waits for all, so that what did start can be stopped again, before it throws what one of them threw. */
async function allOrThrow<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [one, other] = await Promise.allSettled([first, second]);
  if (one.status === 'rejected') throw one.reason;
  if (other.status === 'rejected') throw other.reason;
  return [one.value, other.value];
}
