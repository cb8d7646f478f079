import { join } from 'node:path';

/** What `functions-framework` is in a deployed function: it starts the bundle in the folder above. */
require(join(__dirname, '../index.js')).start();
