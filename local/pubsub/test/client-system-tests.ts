import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startPubSub } from '../start-pubsub';

/** Runs the system tests of Google's Node client against this Pub/Sub: see README. */
const main = async (): Promise<void> => {
  const checkout = resolve(process.argv[2] ?? '');
  const tests = 'build/system-test/pubsub.js';
  if (process.argv[2] === undefined || !existsSync(join(checkout, tests))) {
    console.error(
      'Usage: npm run system-test -- CHECKOUT, a compiled checkout of googleapis/nodejs-pubsub ' +
        '(in it: npm install && npm run compile).',
    );
    process.exitCode = 2;
    return;
  }
  const { port, close } = await startPubSub({ port: 0 });
  const mocha = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', tests, '--exit'], {
    cwd: checkout,
    stdio: 'inherit',
    env: {
      ...process.env,
      PUBSUB_EMULATOR_HOST: `127.0.0.1:${port}`,
      GOOGLE_CLOUD_PROJECT: 'local',
      METADATA_SERVER_DETECTION: 'none',
    },
  });
  const [code] = await once(mocha, 'exit');
  process.exitCode = typeof code === 'number' ? code : 1;
  await close();
};

void main();
