import { parentPort, workerData } from 'node:worker_threads';
import { startServers } from './servers';
import type { FromServers, ToServers } from './servers-in-thread';

/** What runs in the servers' thread: starts them, tells where they are, changes and stops them when told to. */
const tell = (message: FromServers) => parentPort?.postMessage(message);

startServers(workerData, (line) => tell({ kind: 'log', line })).then(
  (servers) => {
    parentPort?.on('message', (message: ToServers) => {
      if (message.kind === 'set-fault-rate') servers[message.server].setFaultRate(message.rate);
      else if (message.kind === 'set-available') servers[message.server].setAvailable(message.isAvailable);
      else void servers.close().then(() => process.exit(0));
    });
    tell({ kind: 'ready', addresses: { bigqueryUrl: servers.bigqueryUrl, pubsubHost: servers.pubsubHost } });
  },
  (error: unknown) => {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  },
);
