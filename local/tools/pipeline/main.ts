import { join } from 'node:path';
import { runProcess } from '../../../client/cli';
import { localAddition } from './local-addition';

const { PORT = '8080', ADMIN_API_KEY, SCHEMAS_DIRECTORY } = process.env;

/** `npm run pipeline`: the command line of the client, against the local cloud unless a URL is given. */
void runProcess(
  'npm run pipeline --',
  localAddition({
    url: `http://localhost:${PORT}`,
    adminKey: ADMIN_API_KEY,
    schemasDirectory: SCHEMAS_DIRECTORY ?? join(__dirname, '../../../schemas'),
  }),
);
