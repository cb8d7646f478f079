import { functionNames } from '../../local/cloud/function-names';
import { hostFunction } from '../../local/cloud/functions';

/**
 * A test's API is on this machine, which no deployed function may ask. Its certificate is trusted by NODE_EXTRA_CA_CERTS.
 */
function allowThisMachine(): void {
  const path = require.resolve('../../shared/internet/https-request');
  const { createHttpsRequest } = require('../../shared/internet/https-request');
  const loaded = require.cache[path];
  const request = createHttpsRequest({
    isAllowedAddress: (ip: string) => ip === '127.0.0.1' || ip === '::1',
  });
  if (loaded !== undefined) loaded.exports = { createHttpsRequest: () => request };
}

/** Serves the function that is named on the command line, says its port to the parent, and ends with it. */
async function main(name: string | undefined): Promise<void> {
  const known = functionNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`There is no function '${name}'`);
  allowThisMachine();
  const { port } = await hostFunction(known);
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
