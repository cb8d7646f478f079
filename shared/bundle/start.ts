import { join } from 'node:path';
import { loadBundle } from './load-bundle';
import { makeStacksReadable } from './readable-stacks';

/** What `functions-framework` is in a deployed function: it starts the bundle in the folder above. */
const file = join(__dirname, '../index.js');
makeStacksReadable(file);
loadBundle(file).start();
