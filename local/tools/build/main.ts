import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DefinitionError } from '../../../shared/definitions/definition-problems';
import { allowedSourcesOf, checkSchemas } from '../check/check-schemas';
import { buildFunctions } from './build-functions';

const projectRoot = join(__dirname, '../../..');

/** `npm run build`: a folder in dist/ for every function, ready to deploy; none if a definition is wrong. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      schemas: { type: 'string', default: join(projectRoot, 'schemas') },
      out: { type: 'string', default: join(projectRoot, 'dist') },
    },
  });
  const schemasDirectory = values.schemas;
  const allowedSources = allowedSourcesOf(process.env);
  const { problems } = await checkSchemas({ schemasDirectory, allowedSources });
  if (problems.length > 0) throw new DefinitionError(problems.join('\n'));
  const built = await buildFunctions({ schemasDirectory, outputDirectory: values.out });
  for (const { directory, bytes, schemas } of built) {
    const carried = schemas.length === 0 ? 'no schemas' : `schemas: ${schemas.join(', ')}`;
    console.log(`${relative('.', directory).padEnd(24)} ${(bytes / 1e6).toFixed(2)} MB, ${carried}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof DefinitionError ? error.message : error);
  process.exitCode = 1;
});
