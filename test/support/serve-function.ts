import { functionNames, hostFunction } from '../../local/functions';

/** Serves the function that is named on the command line, says its port to the parent, and ends with it. */
async function main(name: string | undefined): Promise<void> {
  const known = functionNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`There is no function '${name}'`);
  const { port } = await hostFunction(known);
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
