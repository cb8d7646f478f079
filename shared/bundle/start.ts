import { join } from 'node:path';
import { loadBundle } from './load-bundle';

/** A deployed function's `functions-framework`: starts the bundle in the folder above. */
loadBundle(join(__dirname, '../index.js')).start();
