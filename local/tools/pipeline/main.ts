import { join } from 'node:path';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { createApi } from './api';
import { readArguments, usage } from './arguments';
import { runPipeline } from './run-pipeline';

/** `npm run pipeline`: the exit code is 0 where the run completed. */
async function main(): Promise<number> {
  const request = readArguments(process.argv.slice(2));
  if (request === 'help') {
    console.log(usage);
    return 0;
  }
  const { PORT = '8080', BIGQUERY_PORT = '9050', ADMIN_API_KEY } = process.env;
  // Read by Google's client when it is made; without credentials it would look for some.
  Object.assign(process.env, {
    GOOGLE_CLOUD_PROJECT: 'local',
    BIGQUERY_EMULATOR_HOST: `http://127.0.0.1:${BIGQUERY_PORT}`,
    METADATA_SERVER_DETECTION: 'none',
  });
  const isCompleted = await runPipeline(request, {
    api: createApi(`http://localhost:${PORT}`, ADMIN_API_KEY),
    bigquery: createBigQuery(),
    schemasDirectory: process.env.SCHEMAS_DIRECTORY ?? join(__dirname, '../../../schemas'),
    say: (line) => console.log(line),
  });
  return isCompleted ? 0 : 1;
}

process.once('SIGINT', () => {
  console.log('Left. A run that was started goes on.');
  process.exit(130);
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
