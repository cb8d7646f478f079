import type { AddressInfo } from 'node:net';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { functionNames } from '../../../local/cloud/function-names';
import { hostFunction } from '../../../local/cloud/functions';
import { countBigQueryJobs, tellParent } from './tell-parent';

/** A process that serves one function: one of the project's, or one that it is compared with. */
async function main(name: string | undefined): Promise<void> {
  countBigQueryJobs();
  const known = functionNames.find((candidate) => candidate === name);
  if (known !== undefined) tellParent({ port: (await hostFunction(known)).port });
  else if (name === 'three-statements') serve(name, () => require('./three-statements'));
  else if (name === 'run-by-script') serve('run', () => require('./run-by-script'));
  else if (name === 'two-requests') serve(name, () => require('./two-requests'));
  else if (name === 'bare') serve(name, () => require('./bare'));
  else throw new Error(`There is no function '${name}'`);
}

function serve(name: string, load: () => unknown): void {
  load();
  const server = getTestServer(name);
  server.listen(0, '127.0.0.1', () => tellParent({ port: addressOf(server.address()).port }));
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address;
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
