import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeLocalCredentials } from '../rest/local-credentials';
import { startBigQuery } from '../start-bigquery';
import { makePublicTables, publicProject } from './support/public-tables';
import { storageBuckets } from './support/storage-buckets';

/** Runs the system tests of Google's Node client against this BigQuery: see README. */
const main = async (): Promise<void> => {
  const checkout = resolve(process.argv[2] ?? '');
  const tests = ['bigquery', 'timestamp_output_format'].map((name) => `build/system-test/${name}.js`);
  if (process.argv[2] === undefined || !existsSync(join(checkout, tests[0] ?? ''))) {
    console.error(
      'Usage: npm run system-test -- CHECKOUT, a compiled checkout of googleapis/nodejs-bigquery ' +
        '(in it: npm install && npm run compile). Further arguments are mocha’s.',
    );
    process.exitCode = 2;
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'system-test-'));
  const gcsDirectory = join(folder, 'gcs');
  const { url, close } = await startBigQuery({ port: 0, gcsDirectory, projectId: publicProject });
  await makePublicTables(url);
  const storage = storageBuckets(gcsDirectory).listen(0, '127.0.0.1');
  await once(storage, 'listening');
  const address = storage.address();
  const storagePort = typeof address === 'object' ? address?.port : undefined;
  const mocha = spawn(
    process.execPath,
    ['node_modules/mocha/bin/mocha.js', ...tests, '--exit', '--timeout', '90000', ...process.argv.slice(3)],
    {
      cwd: checkout,
      stdio: 'inherit',
      env: {
        ...process.env,
        BIGQUERY_EMULATOR_HOST: url,
        STORAGE_EMULATOR_HOST: `http://127.0.0.1:${storagePort}`,
        GOOGLE_CLOUD_PROJECT: publicProject,
        GCLOUD_PROJECT: publicProject,
        GOOGLE_APPLICATION_CREDENTIALS: writeLocalCredentials(join(folder, 'credentials'), url),
        METADATA_SERVER_DETECTION: 'none',
      },
    },
  );
  const [code] = await once(mocha, 'exit');
  process.exitCode = typeof code === 'number' ? code : 1;
  storage.close();
  await close();
  rmSync(folder, { recursive: true, force: true });
};

void main();
