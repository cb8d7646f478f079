import { startPubSub } from '../start-pubsub';

/** Runs a local Pub/Sub on a port of the system's choice, told on the first line, until it is killed. */
const main = async (): Promise<void> => {
  const [dataDirectory] = process.argv.slice(2);
  const { port } = await startPubSub({ port: 0, dataDirectory });
  process.stdout.write(`${port}\n`);
};

void main();
