import { join } from 'node:path';
import { sparingLog } from 'local-bigquery/sparing-log';
import { startLocalCloud } from '../../cloud/cloud';
import { fail, stopOnSignal } from '../../cloud/stop-on-signal';
import { demoHelp, readDemoOptions } from './demo-options';
import { showDemo } from './show-demo';

/** `npm run demo`: the cloud in a box with a first run in it, until it is told to stop. */
async function main(): Promise<void> {
  const options = readDemoOptions(process.argv.slice(2), process.env, join(__dirname, '../../..'));
  if (options === 'help') {
    console.log(demoHelp);
    return;
  }
  process.env.LOG_SEVERITY ??= 'WARNING';
  console.log('Starting the cloud in a box …');
  const starting = startLocalCloud({ ...options, log: sparingLog((line) => console.error(line)) });
  const isStopping = stopOnSignal(starting);
  try {
    const cloud = await starting;
    await showDemo(cloud, options, (line) => console.log(line));
  } catch (error) {
    if (!isStopping()) fail(withAdvice(error));
  }
}

/** A newcomer may not know that ports can be chosen, nor how. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || !/^Port \d+ is in use/.test(error.message)) return error;
  return new Error(
    `${error.message}: for example PORT=8090 BIGQUERY_PORT=9060 PUBSUB_PORT=8095 npm run demo`,
    { cause: error },
  );
}

main().catch(fail);
