import { join } from 'node:path';
import { runProcess } from '../../../client/cli';
import { localAddition } from './local-addition';

type GoogleBigQuery = typeof import('../../../shared/google/bigquery/bigquery-client');

const { PORT = '8080', BIGQUERY_PORT = '9050', ADMIN_API_KEY, SCHEMAS_DIRECTORY } = process.env;
// Google's client reads these when it is made; without the last one it would look for credentials of the machine.
Object.assign(process.env, {
  GOOGLE_CLOUD_PROJECT: 'local',
  BIGQUERY_EMULATOR_HOST: `http://127.0.0.1:${BIGQUERY_PORT}`,
  METADATA_SERVER_DETECTION: 'none',
});

/** `npm run pipeline`: the command line of the client, against the local cloud unless a URL is given. */
void runProcess(
  'npm run pipeline --',
  localAddition({
    url: `http://localhost:${PORT}`,
    adminKey: ADMIN_API_KEY,
    schemasDirectory: SCHEMAS_DIRECTORY ?? join(__dirname, '../../../schemas'),
    openBigQuery: () => {
      const google: GoogleBigQuery = require('../../../shared/google/bigquery/bigquery-client');
      return google.createBigQuery();
    },
  }),
);
