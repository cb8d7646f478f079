import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { OnCommit } from 'local-bigquery';
import { endCompilerWithOthers } from '../compilers';
import { goAfterOthers } from '../go-after-others';
import { createClientEnvironment } from './client-environment';
import { greetServersElsewhere } from './elsewhere';
import type { ServerAddresses, ServerControls, Servers, ServersOptions } from './servers';

export interface LocalServers extends Servers {
  /** The variables that Google's clients need to find the servers, for process.env or a child process. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Starts BigQuery and Pub/Sub, and the credentials that clients use with them. Unless told otherwise the servers have a
 * thread of their own. The functions keep theirs to themselves, as when deployed: functions-framework runs every callback
 * of its thread under Node's domains, which would slow the servers down.
 * @param entry what runs in a thread of their own: a file that calls serveInThread
 * @throws Error naming the port when one is taken
 */
export async function startLocalServers(
  options: ServersOptions,
  log: (line: string) => void,
  entry: string = join(__dirname, 'servers-thread.ts'),
): Promise<LocalServers> {
  if (options.elsewhere) await greetServersElsewhere(options.elsewhere, log);
  const servers = options.inThisThread
    ? await startServersHere(options, log)
    : await startServersThread(options, log, entry);
  try {
    const directory = join(options.dataDirectory, 'credentials');
    const { variables, close } = await createClientEnvironment(
      servers,
      directory,
      options.elsewhere?.projectId,
    );
    return {
      ...servers,
      environment: variables,
      close: async () => {
        await servers.close();
        await close();
      },
    };
  } catch (error) {
    await servers.close();
    // Loaded only here: this thread has no use for the server itself.
    const { explainDiskFailure }: typeof import('local-bigquery') = require('local-bigquery');
    throw explainDiskFailure(error, options.dataDirectory, 'The cloud in a box');
  }
}

/** Loaded only here: elsewhere this thread has no use for the servers themselves. */
function startServersHere(options: ServersOptions, log: (line: string) => void): Promise<Servers> {
  const { startServers }: typeof import('./servers') = require('./servers');
  return startServers(options, log);
}

type ServerName = 'bigquery' | 'pubsub';

/** What the thread is told. */
type ToServers =
  | { readonly kind: 'set-fault-rate'; readonly server: ServerName; readonly rate: number }
  | { readonly kind: 'set-available'; readonly server: ServerName; readonly isAvailable: boolean }
  | { readonly kind: 'set-clock-ahead'; readonly milliseconds: number }
  | { readonly kind: 'close' };

/** What the thread says. */
type FromServers =
  | { readonly kind: 'ready'; readonly addresses: ServerAddresses }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'log'; readonly line: string };

async function startServersThread(
  options: ServersOptions,
  log: (line: string) => void,
  entry: string,
): Promise<Servers> {
  const { bigqueryPort, pubsubPort, dataDirectory, isMemoryOnly } = options;
  const { hosts, bigqueryLimits, infersNoLocation, elsewhere, faults, goesAfterOthers } = options;
  const data: ServersOptions = {
    bigqueryPort,
    pubsubPort,
    hosts,
    dataDirectory,
    isMemoryOnly,
    bigqueryLimits,
    infersNoLocation,
    elsewhere,
    faults,
    goesAfterOthers,
  };
  const thread = new Worker(entry, { workerData: data, execArgv: ['--require', 'tsx/cjs'] });
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve());
  });
  const tell = (message: ToServers) => thread.postMessage(message);
  const controlsOf = (server: ServerName): ServerControls => ({
    setFaultRate: (rate) => tell({ kind: 'set-fault-rate', server, rate }),
    setAvailable: (isAvailable) => tell({ kind: 'set-available', server, isAvailable }),
  });
  const addresses = await new Promise<ServerAddresses>((resolve, reject) => {
    thread.once('error', reject);
    thread.on('message', (message: FromServers) => {
      if (message.kind === 'ready') resolve(message.addresses);
      else if (message.kind === 'failed') reject(new Error(message.reason));
      else log(message.line);
    });
  });
  let isClosing = false;
  void ended.then(() => {
    // Nothing works without the servers: better to end visibly than to leave calls without an answer.
    if (!isClosing) throw new Error('The local BigQuery and Pub/Sub ended unexpectedly');
  });
  return {
    ...addresses,
    bigquery: {
      ...controlsOf('bigquery'),
      setClockAhead: (milliseconds) => tell({ kind: 'set-clock-ahead', milliseconds }),
    },
    pubsub: controlsOf('pubsub'),
    close: async () => {
      isClosing = true;
      tell({ kind: 'close' });
      await ended;
    },
  };
}

const tellParent = (message: FromServers) => parentPort?.postMessage(message);

/** In the thread: sends a line to the `log` of whoever started it. */
export const say = (line: string): void => tellParent({ kind: 'log', line });

/** In the thread: starts the servers, says where they are, and changes and stops them when told to. */
export function serveInThread(log: (line: string) => void = say, onCommit?: OnCommit): void {
  // The other thread, which imports this file too, has no use for the servers themselves.
  const { startServers }: typeof import('./servers') = require('./servers');
  const options: ServersOptions = workerData;
  if (options.goesAfterOthers) goAfterOthers();
  endCompilerWithOthers();
  startServers(options, log, onCommit).then(
    (servers) => {
      parentPort?.on('message', (message: ToServers) => {
        if (message.kind === 'set-fault-rate') servers[message.server].setFaultRate(message.rate);
        else if (message.kind === 'set-available') servers[message.server].setAvailable(message.isAvailable);
        else if (message.kind === 'set-clock-ahead') servers.bigquery.setClockAhead(message.milliseconds);
        else void servers.close().then(() => process.exit(0));
      });
      const { bigqueryUrl, pubsubHost } = servers;
      tellParent({ kind: 'ready', addresses: { bigqueryUrl, pubsubHost } });
    },
    (error: unknown) => {
      tellParent({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      process.exitCode = 1;
    },
  );
}
