import { join } from 'node:path';
import { getFunction } from '@google-cloud/functions-framework/testing';
import { createLog } from '../log';
import { makeStacksReadable } from './readable-stacks';

/**
 * Replaces functions-framework's own loader, which looks for the function's module on disk: in a bundle it is
 * in the same file. As with the original, null stops the process.
 */
export async function getUserFunction(_codeLocation: string, target: string) {
  const log = createLog({ LOG_SEVERITY: 'ERROR', ADMIN_API_KEY: process.env.ADMIN_API_KEY });
  process.env.SCHEMAS_DIRECTORY ??= join(__dirname, 'schemas');
  process.env.CONSOLE_DIRECTORY ??= join(__dirname, 'console');
  try {
    // The build's name for the function's index.ts. It is loaded only now, as its environment is set now.
    require('function-of-this-bundle');
  } catch (error) {
    makeStacksReadable(__filename);
    log('ERROR', 'The function could not be loaded', { error });
    return null;
  }
  // Not earlier: Node's own module `domain` asks for a stack trace when it is loaded.
  makeStacksReadable(__filename);
  const userFunction = getFunction(target);
  if (userFunction !== undefined) return { userFunction, signatureType: 'http' };
  log('ERROR', `FUNCTION_TARGET: expected the name of the bundled function, given '${target}'`);
  return null;
}
