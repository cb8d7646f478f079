import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { loadSchedules } from '../../../shared/definitions/schedules';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { type Bundle, bundleFunction } from './bundle';
import { writePackageFiles } from './package-files';
import { copySchemas, schemasReadBy } from './schema-files';

export interface BuildOptions {
  readonly schemasDirectory: string;
  /** Gets a folder for each function; what was there by that name is replaced. */
  readonly outputDirectory: string;
}

export interface BuiltFunction extends Bundle {
  readonly name: string;
  readonly directory: string;
  /** Files and folders of schemas/ that it carries. */
  readonly schemas: readonly string[];
}

const functionsDirectory = join(__dirname, '../../../functions');

/**
 * Builds every function of functions/ into a folder of its own, ready to be deployed. Throws a DefinitionError where a
 * definition is broken, before anything is written.
 */
export async function buildFunctions(options: BuildOptions): Promise<readonly BuiltFunction[]> {
  checkDefinitions(options.schemasDirectory);
  const built: BuiltFunction[] = [];
  for (const name of functionNames()) built.push(await buildFunction(name, options));
  return built;
}

const functionNames = (): readonly string[] =>
  readdirSync(functionsDirectory)
    .filter((name) => existsSync(join(functionsDirectory, name, 'index.ts')))
    .sort();

async function buildFunction(
  name: string,
  { schemasDirectory, outputDirectory }: BuildOptions,
): Promise<BuiltFunction> {
  const directory = join(outputDirectory, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const bundle = await bundleFunction(
    join(functionsDirectory, name, 'index.ts'),
    join(directory, 'index.js'),
  );
  const schemas = schemasReadBy(bundle.modules);
  copySchemas(schemasDirectory, schemas, directory);
  await writePackageFiles(name, directory);
  return { ...bundle, name, directory, schemas };
}

/** As the functions do when they start; that the SQL is right is for `npm run check` to say. */
function checkDefinitions(schemasDirectory: string): void {
  loadTables(schemasDirectory);
  loadTiers(schemasDirectory);
  loadSchedules(schemasDirectory);
  loadPipelines(schemasDirectory);
}
