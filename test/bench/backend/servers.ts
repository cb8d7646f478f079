import { join } from 'node:path';
import type { LimitOptions } from 'local-bigquery';
import { pubSubClient } from 'local-pubsub/testing';
import { z } from 'zod';
import { createClientEnvironment } from '../../../local/cloud/servers/client-environment';
import type { ServerAddresses } from '../../../local/cloud/servers/servers';
import { startLocalServers } from '../../../local/cloud/servers/start-local-servers';
import { newDirectory, removeDirectory } from '../../support/server-process';
import { startChild } from './child';

export interface BenchServers extends ServerAddresses {
  /** For the functions, which read from it where their servers are. */
  readonly environment: Readonly<Record<string, string>>;
}

const runTopic = 'pipeline-runs';
const portSchema = z.object({ port: z.number() });

/**
 * Local BigQuery and Pub/Sub in a thread of their own with `work` done on them, data on disk unless it is to be in
 * memory only; ended afterwards. Nobody is subscribed to the run topic: what is admitted stays in flight.
 */
export async function withServers<T>(
  bigqueryLimits: LimitOptions | undefined,
  work: (servers: BenchServers) => Promise<T>,
  { isMemoryOnly } = { isMemoryOnly: false },
): Promise<T> {
  const dataDirectory = newDirectory();
  const options = { bigqueryPort: 0, pubsubPort: 0, dataDirectory, isMemoryOnly, bigqueryLimits };
  const servers = await startLocalServers(options, () => undefined);
  try {
    await makeTopic(servers.pubsubHost);
    return await inEnvironment(servers.environment, (environment) => work({ ...servers, environment }));
  } finally {
    await servers.close();
    removeDirectory(dataDirectory);
  }
}

/** The environment in which Google's clients find servers of another kind. */
export async function withEnvironment<T>(
  addresses: ServerAddresses,
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const directory = newDirectory();
  const { variables, close } = await createClientEnvironment(addresses, directory);
  try {
    return await inEnvironment(variables, work);
  } finally {
    await close();
    removeDirectory(directory);
  }
}

/**
 * The clients' environment with what the functions need, for child processes, and for this one until `work` is done.
 * Afterwards this process's is as it was: the credentials are gone by then.
 */
async function inEnvironment<T>(
  ofClients: Readonly<Record<string, string>>,
  work: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const before = process.env;
  const schemas = join(__dirname, '../../../schemas');
  const environment = { ...ofClients, RUN_TOPIC: runTopic, SCHEMAS_DIRECTORY: schemas };
  process.env = { ...before, ...environment };
  try {
    return await work(environment);
  } finally {
    process.env = before;
  }
}

export async function makeTopic(pubsubHost: string): Promise<void> {
  const client = pubSubClient(Number(pubsubHost.split(':')[1]));
  for (const topic of [runTopic, 'tenant-events']) await client.createTopic(topic);
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
