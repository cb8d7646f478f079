import { join } from 'node:path';
import { loadBundle } from './load-bundle';

/** What `functions-framework` is in a deployed function: it starts the bundle in the folder above. */
loadBundle(join(__dirname, '../index.js')).start();
