import { join } from 'node:path';
import { banner } from './banner';
import { startLocalCloud } from './cloud';
import { readOptions, usage } from './options';

/** `npm start`: the cloud in a box, until it is told to stop. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env, join(__dirname, '..'));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const cloud = await startLocalCloud({ ...options, log: (line) => console.error(line) });
  console.log(banner(cloud, options, process.env.ADMIN_API_KEY !== undefined));

  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    cloud.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

main().catch(fail);
