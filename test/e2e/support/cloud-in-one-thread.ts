import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startLocalCloud } from '../../../local/cloud/cloud';

/**
 * The cloud in a box as `npm start` serves it, but in one thread: it starts in half of the time. With the end of the
 * banner of `npm start`, by which startServer knows that it is ready.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('--data: expected a folder');
  const cloud = await startLocalCloud({
    gatewayPort: 0,
    bigqueryPort: 0,
    pubsubPort: 0,
    dataDirectory: values.data,
    isMemoryOnly: false,
    schemasDirectory: join(__dirname, '../../../schemas'),
    log: (line) => console.error(line),
  });
  console.log(`
  Console   ${cloud.url}
  BigQuery  ${cloud.bigqueryUrl}    Pub/Sub  ${cloud.pubsubHost}
Ctrl-C stops it.`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
