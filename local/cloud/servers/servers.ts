import { join } from 'node:path';
import type { LimitOptions, OnCommit } from 'local-bigquery';
import { startBigQuery } from 'local-bigquery';
import { startPubSub } from 'local-pubsub';
import { type BigQueryFaultOptions, bigQueryFaults } from '../faults/bigquery-faults';
import { createFaults, type FaultOptions } from '../faults/faults';
import { pubSubFaults } from '../faults/pubsub-faults';

export interface ServersOptions {
  /** Ports; 0 lets the system choose. */
  readonly bigqueryPort: number;
  readonly pubsubPort: number;
  /** Names under which this machine may be called besides localhost. */
  readonly hosts?: readonly string[] | undefined;
  /** Where everything is kept; gs://bucket/path is the file <dataDirectory>/gcs/bucket/path. */
  readonly dataDirectory: string;
  /** Keeps tables and messages in memory only. */
  readonly isMemoryOnly: boolean;
  /** Imposes BigQuery's documented limits and a latency model. No functions: they cannot go to a thread. */
  readonly bigqueryLimits?: Omit<LimitOptions, 'pause' | 'now'> | undefined;
  /** Lets BigQuery run jobs that name no location in US, wherever their datasets are. */
  readonly infersNoLocation?: boolean | undefined;
  /** Servers that somebody else runs, and that are used instead of our own. */
  readonly elsewhere?: ServersElsewhere | undefined;
  /** Makes calls to BigQuery and Pub/Sub fail, hang, repeat or arrive late. */
  readonly faults?: (FaultOptions & BigQueryFaultOptions) | undefined;
  /** Whether the process's other threads go first. */
  readonly goesAfterOthers?: boolean | undefined;
  /**
   * Starts them in the caller's thread, with the SQL engine that earlier ones of the process have left there, and leaves it
   * to the next: for tests, of which each file starts a cloud.
   */
  readonly inThisThread?: boolean | undefined;
}

/** What can be changed of a server while it runs. */
export interface ServerControls {
  /** 0 to 1; 0 turns all faults off. */
  readonly setFaultRate: (rate: number) => void;
  /** False switches the service off until it is true again. */
  readonly setAvailable: (isAvailable: boolean) => void;
}

export interface ServerAddresses {
  /** To be set as BIGQUERY_EMULATOR_HOST. */
  readonly bigqueryUrl: string;
  /** To be set as PUBSUB_EMULATOR_HOST. */
  readonly pubsubHost: string;
}

export interface ServersElsewhere extends Partial<ServerAddresses> {
  /** The project that they serve; `local` unless given. */
  readonly projectId?: string | undefined;
}

export interface BigQueryControls extends ServerControls {
  /** Sets CURRENT_TIMESTAMP ahead of the real time by so many milliseconds. */
  readonly setClockAhead: (milliseconds: number) => void;
}

export interface Servers extends ServerAddresses {
  readonly bigquery: BigQueryControls;
  readonly pubsub: ServerControls;
  readonly close: () => Promise<void>;
}

/**
 * Runs that one instance of the worker has at once in deploy.sh; here is one instance. With more a flood of one tenant ends
 * sooner, and others wait longer beside it. What else is pushed, operations and deliveries to webhooks, has as many
 * places each, of its own.
 */
const workerConcurrency = 30;

/**
 * Starts BigQuery and Pub/Sub in this thread. `onCommit` hears of every change of a table.
 * @throws Error naming the port when one is taken; then neither runs
 */
export async function startServers(
  options: ServersOptions,
  log: (line: string) => void,
  onCommit?: OnCommit,
): Promise<Servers> {
  const { hosts, dataDirectory, isMemoryOnly, bigqueryLimits: limits, infersNoLocation, faults } = options;
  const bigqueryFaults = faults && createFaults(faults);
  const pubsubFaults = faults && createFaults(faults);
  const { bigqueryUrl, pubsubHost } = options.elsewhere ?? {};
  const startOwnBigQuery = () =>
    startBigQuery({
      port: options.bigqueryPort,
      hosts,
      gcsDirectory: join(dataDirectory, 'gcs'),
      ...(isMemoryOnly ? {} : { dataDirectory: join(dataDirectory, 'bigquery') }),
      limits,
      sharesEngine: options.inThisThread,
      infersNoLocation,
      faults: bigqueryFaults && bigQueryFaults(bigqueryFaults, faults),
      log,
      onCommit,
    });
  const startOwnPubSub = () =>
    startPubSub({
      port: options.pubsubPort,
      hosts,
      ...(isMemoryOnly ? {} : { dataDirectory: join(dataDirectory, 'pubsub') }),
      turnsBy: 'tenant_id',
      pushesAtOnce: workerConcurrency,
      // The functions have other ports each time. Until they are told, pushes would only fail, and messages end as dead letters.
      awaitsEndpoints: true,
      faults: pubsubFaults && pubSubFaults(pubsubFaults),
      log,
    });
  const [bigquery, pubsub] = await Promise.allSettled([
    bigqueryUrl === undefined ? startOwnBigQuery() : undefined,
    pubsubHost === undefined ? startOwnPubSub() : undefined,
  ]);
  const close = async () => {
    // Pub/Sub first: what it would still push needs BigQuery.
    if (pubsub.status === 'fulfilled') await pubsub.value?.close();
    if (bigquery.status === 'fulfilled') await bigquery.value?.close();
  };
  if (bigquery.status === 'fulfilled' && pubsub.status === 'fulfilled') {
    const { value: ownBigQuery = notOurs('BigQuery', log) } = bigquery;
    const { value: ownPubSub = notOurs('Pub/Sub', log) } = pubsub;
    return {
      bigqueryUrl: bigqueryUrl ?? ownBigQuery.url,
      pubsubHost: pubsubHost ?? `127.0.0.1:${ownPubSub.port}`,
      bigquery: {
        setAvailable: ownBigQuery.setAvailable,
        setClockAhead: ownBigQuery.setClockAhead,
        setFaultRate: (rate) => bigqueryFaults?.setRate(rate),
      },
      pubsub: {
        setFaultRate: (rate) => pubsubFaults?.setRate(rate),
        setAvailable: ownPubSub.setAvailable,
      },
      close,
    };
  }
  await close();
  throw [bigquery, pubsub].flatMap((start) => (start.status === 'rejected' ? [start.reason] : []))[0];
}

/** In the place of a server that somebody else runs: what can be changed of ours cannot be changed of it. */
const notOurs = (name: string, log: (line: string) => void) => {
  const refuse = () => log(`${name} is not this cloud's own, and stays as it is`);
  return { url: '', port: 0, setAvailable: refuse, setClockAhead: refuse };
};
