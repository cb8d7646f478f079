import { parentPort, workerData } from 'node:worker_threads';
import type { OnCommit } from 'local-bigquery';
import { startServers } from './servers';
import type { FromServers, ToServers } from './servers-in-thread';

const tell = (message: FromServers) => parentPort?.postMessage(message);

/** Says a line to the `log` of who started the thread. */
export const say = (line: string): void => tell({ kind: 'log', line });

/** What runs in the servers' thread: starts them, tells where they are, changes and stops them when told to. */
export function serveInThread(log: (line: string) => void = say, onCommit?: OnCommit): void {
  startServers(workerData, log, onCommit).then(
    (servers) => {
      parentPort?.on('message', (message: ToServers) => {
        if (message.kind === 'set-fault-rate') servers[message.server].setFaultRate(message.rate);
        else if (message.kind === 'set-available') servers[message.server].setAvailable(message.isAvailable);
        else if (message.kind === 'set-clock-ahead') servers.bigquery.setClockAhead(message.milliseconds);
        else void servers.close().then(() => process.exit(0));
      });
      const { bigqueryUrl, pubsubHost } = servers;
      tell({ kind: 'ready', addresses: { bigqueryUrl, pubsubHost } });
    },
    (error: unknown) => {
      tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      process.exitCode = 1;
    },
  );
}
