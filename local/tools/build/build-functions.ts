import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { loadSchedules } from '../../../shared/definitions/schedules';
import { loadControlTables, loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { buildConsole, writeConsole } from './build-console';
import { type Bundle, bundleFunction } from './bundle';
import { writePackageFiles } from './package-files';

export interface BuildOptions {
  readonly schemasDirectory: string;
  /** Gets a folder for each function, which replaces what was there. */
  readonly outputDirectory: string;
}

export interface BuiltFunction extends Bundle {
  readonly name: string;
  readonly directory: string;
  /** Files and folders of schemas/ that it carries. */
  readonly schemas: readonly string[];
}

const projectRoot = join(__dirname, '../../..');
const functionsDirectory = join(projectRoot, 'functions');

/**
 * Builds every function of functions/ into a folder of its own, ready to be deployed.
 * @throws DefinitionError if a definition is wrong, before anything is written
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
  if (bundle.modules.includes(servesConsole)) {
    const built = await buildConsole({ sourceDirectory: join(projectRoot, 'console') });
    writeConsole(built, join(directory, 'console'), { isCompressed: true });
  }
  await writePackageFiles(name, directory);
  return { ...bundle, name, directory, schemas };
}

/** Reads them as the functions do when they start. The SQL itself is checked by `npm run check`. */
function checkDefinitions(schemasDirectory: string): void {
  loadTables(schemasDirectory);
  loadControlTables(schemasDirectory);
  loadTiers(schemasDirectory);
  loadSchedules(schemasDirectory);
  loadPipelines(schemasDirectory);
}

/** What each module reads of schemas/: a bundle that contains the module needs these. */
const readBy: Readonly<Record<string, readonly string[]>> = {
  // It needs the tables' names, because no pipeline may write to them.
  'shared/definitions/openapi.ts': ['openapi.json', 'reference.html'],
  'shared/definitions/pipelines.ts': ['pipelines', 'tables'],
  'shared/definitions/tables.ts': ['tables'],
  'shared/audit/control-settings.ts': ['control'],
  'shared/definitions/tiers.ts': ['tiers.json'],
  'shared/definitions/schedules.ts': ['schedules.json'],
};

/** A bundle that contains it has the console beside it. */
const servesConsole = 'functions/console/console-files.ts';

/** Files and folders of schemas/ that a bundle of these modules reads. */
const schemasReadBy = (modules: readonly string[]): readonly string[] =>
  [...new Set(modules.flatMap((module) => readBy[module] ?? []))].sort();

/** Copies them beside the bundle. @throws Error when one is missing */
function copySchemas(schemasDirectory: string, paths: readonly string[], outputDirectory: string): void {
  for (const path of paths) {
    const source = join(schemasDirectory, path);
    if (!existsSync(source)) throw new Error(`${source}: is missing, and the function reads it`);
    cpSync(source, join(outputDirectory, 'schemas', path), { recursive: true });
  }
}
