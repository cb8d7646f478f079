import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { allowedSourcesOf, checkSchemas } from './check-schemas';

const help = `npm run check [-- options] [DIRECTORY or FILE]

  Checks types, style, imports and all definitions: every file of the directory, and all SQL with GoogleSQL's own
  analyser. Prints one line for each problem; the exit code is 1 when there is one. What cannot be checked is a warning.
  Of a pipeline's FILE (PROVIDER/DOMAIN/NAME.yaml) only that pipeline is checked, and those that it needs; --run runs
  only what stands beside it.

  --schemas DIRECTORY  the definitions; without it SCHEMAS_DIRECTORY, or else schemas
  --run                also runs what stands beside definitions as NAME.test.yaml
  --graph              prints which pipelines need which, as a Mermaid flowchart

  ALLOWED_SOURCES says what the deployment allows definitions to read (default: what the local cloud allows).`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      schemas: { type: 'string' },
      run: { type: 'boolean', default: false },
      graph: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || positionals.length > 1) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  const one = pipelineOfFile(positionals[0]);
  const given = one?.schemasDirectory ?? values.schemas ?? positionals[0] ?? process.env.SCHEMAS_DIRECTORY;
  const schemasDirectory = given ?? (relative(process.cwd(), join(__dirname, '../../../schemas')) || '.');
  const allowedSources = allowedSourcesOf(process.env);
  const { pipelines, problems, warnings, graph } = await checkSchemas({
    schemasDirectory,
    allowedSources,
    onlyPath: one?.path,
  });
  for (const problem of problems) console.error(problem);
  for (const warning of warnings) console.error(`warning: ${warning}`);
  if (values.graph) console.log(graph);
  const checked = `Checked ${one === undefined ? schemasDirectory : positionals[0]}: ${count(pipelines, 'pipeline')}`;
  if (problems.length === 0) console.log(`${checked}, no problems.`);
  else console.error(`${checked}, ${count(problems.length, 'problem')}.`);
  if (problems.length > 0) return 1;
  return values.run ? await runExamples(schemasDirectory, one?.path) : 0;
}

/** The pipeline whose definition this is, by its place below the directory of definitions. */
function pipelineOfFile(file: string | undefined) {
  const [, schemasDirectory = '.', path] =
    /^(?:(.*)\/)?pipelines\/([^/]+\/[^/]+\/[^/]+)\.yaml$/.exec(file?.replaceAll('\\', '/') ?? '') ?? [];
  if (path !== undefined) return { schemasDirectory, path };
  if (file?.endsWith('.yaml') !== true) return undefined;
  throw new Error(`Given ${file}, expected a file SCHEMAS/pipelines/PROVIDER/DOMAIN/NAME.yaml`);
}

/** Runs the examples beside definitions; 1 where one does not come out. */
async function runExamples(schemasDirectory: string, onlyPath: string | undefined): Promise<number> {
  // Loaded on demand: it starts a whole BigQuery.
  const { runAllExamples }: typeof import('./examples/run-examples') = require('./examples/run-examples');
  const { passed, failures } = await runAllExamples(schemasDirectory, onlyPath);
  for (const failure of failures) console.error(failure);
  console.log(`Ran ${count(passed + failures.length, 'example')}, ${failures.length} failed.`);
  return failures.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
