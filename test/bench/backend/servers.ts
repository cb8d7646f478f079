import { join } from 'node:path';
import type { LimitOptions } from 'local-bigquery';
import { pubSubClient } from 'local-pubsub/testing';
import { z } from 'zod';
import { startCredentials } from '../../../local/cloud/credentials';
import type { ServerAddresses } from '../../../local/cloud/servers';
import { startServersInThread } from '../../../local/cloud/servers-in-thread';
import { newDirectory, removeDirectory } from '../../support/server-process';
import { startChild } from './child';

export interface BenchServers extends ServerAddresses {
  /** For the functions, which read from it where their servers are. */
  readonly environment: Readonly<Record<string, string>>;
}

const runTopic = 'pipeline-runs';
const portSchema = z.object({ port: z.number() });

/**
 * Local BigQuery and Pub/Sub in a thread of their own with `work` done on them, data on disk; ended afterwards. Nobody
 * is subscribed to the run topic: what is admitted stays in flight.
 */
export async function withServers<T>(
  bigqueryLimits: LimitOptions | undefined,
  work: (servers: BenchServers) => Promise<T>,
): Promise<T> {
  const dataDirectory = newDirectory();
  const options = { bigqueryPort: 0, pubsubPort: 0, dataDirectory, isMemoryOnly: false, bigqueryLimits };
  const servers = await startServersInThread(options, () => undefined);
  try {
    await makeTopic(servers.pubsubHost);
    return await withEnvironment(servers, (environment) => work({ ...servers, environment }));
  } finally {
    await servers.close();
    removeDirectory(dataDirectory);
  }
}

/**
 * The environment in which Google's clients find the servers, and credentials that lead nowhere: for child processes, and
 * for this one until `work` is done. Afterwards this process's is as it was: the credentials are gone by then.
 */
export async function withEnvironment<T>(
  servers: ServerAddresses,
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const directory = newDirectory();
  const credentials = await startCredentials(directory);
  const before = process.env;
  const environment = {
    GOOGLE_CLOUD_PROJECT: 'local',
    BIGQUERY_EMULATOR_HOST: servers.bigqueryUrl,
    PUBSUB_EMULATOR_HOST: servers.pubsubHost,
    GOOGLE_APPLICATION_CREDENTIALS: credentials.file,
    METADATA_SERVER_DETECTION: 'none',
    RUN_TOPIC: runTopic,
    SCHEMAS_DIRECTORY: join(__dirname, '../../../schemas'),
  };
  process.env = { ...before, ...environment };
  try {
    return await work(environment);
  } finally {
    process.env = before;
    await credentials.close();
    removeDirectory(directory);
  }
}

export async function makeTopic(pubsubHost: string): Promise<void> {
  const client = pubSubClient(Number(pubsubHost.split(':')[1]));
  await client.createTopic(runTopic);
  await client.close();
}

export interface Instance {
  readonly url: string;
  usage(): ReturnType<Awaited<ReturnType<typeof startChild>>['usage']>;
}

/** One instance of a function in a process of its own, with `work` done on it; ended afterwards. */
export async function withInstance<T>(
  name: string,
  environment: Readonly<Record<string, string>>,
  work: (instance: Instance) => Promise<T>,
): Promise<T> {
  const child = await startChild('instance', [name], environment);
  try {
    const { port } = portSchema.parse(child.ready);
    return await work({ url: `http://127.0.0.1:${port}`, usage: child.usage });
  } finally {
    await child.end();
  }
}
