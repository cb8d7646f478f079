import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ServerAddresses, ServerControls, Servers, ServersOptions } from './servers';

/** What the servers' thread says. */
export type FromServers =
  | { readonly kind: 'ready'; readonly addresses: ServerAddresses }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'log'; readonly line: string };

type ServerName = 'bigquery' | 'pubsub';

/** What it is told. */
export type ToServers =
  | { readonly kind: 'set-fault-rate'; readonly server: ServerName; readonly rate: number }
  | { readonly kind: 'set-available'; readonly server: ServerName; readonly isAvailable: boolean }
  | { readonly kind: 'set-clock-ahead'; readonly milliseconds: number }
  | { readonly kind: 'close' };

/**
 * Starts the servers in a thread of their own, so that the functions have theirs to themselves, as they do when
 * deployed: functions-framework puts every callback of its thread under Node's domains, which the servers need not pay.
 */
export async function startServersInThread(
  options: ServersOptions,
  log: (line: string) => void,
  /** What runs in the thread: a file that calls serveInThread. */
  entry: string = join(__dirname, 'servers-thread.ts'),
): Promise<Servers> {
  const { bigqueryPort, pubsubPort, dataDirectory, isMemoryOnly, bigqueryLimits, faults } = options;
  const workerData: ServersOptions = {
    bigqueryPort,
    pubsubPort,
    dataDirectory,
    isMemoryOnly,
    bigqueryLimits,
    faults,
  };
  const thread = new Worker(entry, {
    workerData,
    execArgv: ['--require', 'tsx/cjs'],
  });
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve());
  });
  const say = (message: ToServers) => thread.postMessage(message);
  const controlsOf = (server: ServerName): ServerControls => ({
    setFaultRate: (rate) => say({ kind: 'set-fault-rate', server, rate }),
    setAvailable: (isAvailable) => say({ kind: 'set-available', server, isAvailable }),
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
    // Nothing works without them: better an end that is seen than calls that are never answered.
    if (!isClosing) throw new Error('The local BigQuery and Pub/Sub ended unexpectedly');
  });
  return {
    ...addresses,
    bigquery: {
      ...controlsOf('bigquery'),
      setClockAhead: (milliseconds) => say({ kind: 'set-clock-ahead', milliseconds }),
    },
    pubsub: controlsOf('pubsub'),
    close: async () => {
      isClosing = true;
      say({ kind: 'close' });
      await ended;
    },
  };
}
