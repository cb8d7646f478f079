import { join } from 'node:path';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { pipelineHelp, readArguments } from './arguments';
import { createClients } from './clients';
import { runPipeline } from './run-pipeline';

/** `npm run pipeline`: the exit code is 0 when the run completed. */
async function main(): Promise<number> {
  const request = readArguments(process.argv.slice(2));
  if (request === 'help') {
    console.log(pipelineHelp);
    return 0;
  }
  const { PORT = '8080', BIGQUERY_PORT = '9050', ADMIN_API_KEY } = process.env;
  // Google's client reads these when it is made; without the last one it would look for credentials of the
  // machine.
  Object.assign(process.env, {
    GOOGLE_CLOUD_PROJECT: 'local',
    BIGQUERY_EMULATOR_HOST: `http://127.0.0.1:${BIGQUERY_PORT}`,
    METADATA_SERVER_DETECTION: 'none',
  });
  const isCompleted = await runPipeline(request, {
    clients: createClients(`http://localhost:${PORT}`, ADMIN_API_KEY),
    bigquery: createBigQuery(),
    schemasDirectory: process.env.SCHEMAS_DIRECTORY ?? join(__dirname, '../../../schemas'),
    say: (line) => console.log(line),
  });
  return isCompleted ? 0 : 1;
}

process.once('SIGINT', () => {
  console.log('Stopped watching. A run that was started goes on.');
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
