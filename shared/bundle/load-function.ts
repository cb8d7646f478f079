import { join } from 'node:path';
import { getFunction } from '@google-cloud/functions-framework/testing';
import { createLog } from '../log';

/**
 * Stands in for functions-framework's own loader, which looks for a function's module on the disk: in a bundle it is in
 * the same file. Like there, null stops the process.
 */
export async function getUserFunction(_codeLocation: string, target: string) {
  const log = createLog({ LOG_SEVERITY: 'ERROR', ADMIN_API_KEY: process.env.ADMIN_API_KEY });
  process.env.SCHEMAS_DIRECTORY ??= join(__dirname, 'schemas');
  try {
    // The name that the build gives to the function's index.ts; loaded here, when its environment is set.
    require('function-of-this-bundle');
  } catch (error) {
    log('ERROR', 'The function could not be loaded', { error });
    return null;
  }
  const userFunction = getFunction(target);
  if (userFunction !== undefined) return { userFunction, signatureType: 'http' };
  log('ERROR', `FUNCTION_TARGET: expected the name of the bundled function, given '${target}'`);
  return null;
}
