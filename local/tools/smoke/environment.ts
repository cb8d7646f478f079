import { createClientEnvironment } from '../../cloud/servers/client-environment';
import { startLocalServers } from '../../cloud/servers/start-local-servers';
import type { SmokeOptions } from './smoke-options';

export interface Place {
  /** What Google's clients find it by. */
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** A local BigQuery and Pub/Sub of this process, in memory. */
export const startBox = (dataDirectory: string, log: (line: string) => void): Promise<Place> =>
  startLocalServers({ bigqueryPort: 0, pubsubPort: 0, dataDirectory, isMemoryOnly: true }, log);

/** What is to be tried. */
export async function openPlace(
  { where, projectId }: SmokeOptions,
  dataDirectory: string,
  log: (line: string) => void,
): Promise<Place> {
  if (where === 'box') return startBox(dataDirectory, log);
  if (where === 'project') {
    return { environment: { GOOGLE_CLOUD_PROJECT: projectId }, close: async () => undefined };
  }
  const { BIGQUERY_EMULATOR_HOST = '', PUBSUB_EMULATOR_HOST = '' } = process.env;
  const addresses = { bigqueryUrl: BIGQUERY_EMULATOR_HOST, pubsubHost: PUBSUB_EMULATOR_HOST };
  const { variables, close } = await createClientEnvironment(addresses, dataDirectory, projectId);
  return { environment: variables, close };
}

/** All by which Google's clients find a local server, or credentials that lead to one. */
const names = [
  'BIGQUERY_EMULATOR_HOST',
  'PUBSUB_EMULATOR_HOST',
  'GOOGLE_CLOUD_PROJECT',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'METADATA_SERVER_DETECTION',
];

/**
 * Does something while Google's clients find this place. They read where to go when they are made, and
 * credentials at their first request: both have to be done in `work`.
 */
export async function inPlace<T>({ environment }: Place, work: () => Promise<T>): Promise<T> {
  const before = names.map((name) => [name, process.env[name]] as const);
  // A project is found by the user's own credentials; a local server must never get those.
  if (environment.BIGQUERY_EMULATOR_HOST !== undefined) delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  Object.assign(process.env, environment);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
