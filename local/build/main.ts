import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DefinitionError } from '../../shared/definitions/definition-error';
import { buildFunctions } from './build-functions';

const projectRoot = join(__dirname, '../..');

/** `npm run build`: every function as a folder of dist/ that deploys as it is. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schemas: { type: 'string', default: join(projectRoot, 'schemas') },
      out: { type: 'string', default: join(projectRoot, 'dist') },
    },
  });
  const built = await buildFunctions({ schemasDirectory: values.schemas, outputDirectory: values.out });
  for (const { directory, bytes, schemas } of built) {
    const carried = schemas.length === 0 ? 'no schemas' : `schemas: ${schemas.join(', ')}`;
    console.log(`${relative('.', directory).padEnd(24)} ${(bytes / 1e6).toFixed(2)} MB, ${carried}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof DefinitionError ? error.message : error);
  process.exitCode = 1;
});
