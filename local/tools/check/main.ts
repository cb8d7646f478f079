import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { allowedSourcesOf, checkSchemas } from './check-schemas';

const help = `npm run check [-- DIRECTORY | --schemas DIRECTORY]

  Checks types, style, imports and all definitions: every file of the directory (default schemas), and all SQL with
  GoogleSQL's own analyser. Prints one line for each problem; the exit code is 1 when there is one.

  ALLOWED_SOURCES says what the deployment allows definitions to read (default: what the local cloud allows).`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { schemas: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help || positionals.length > 1) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  const given = values.schemas ?? positionals[0];
  const schemasDirectory = given ?? (relative(process.cwd(), join(__dirname, '../../../schemas')) || '.');
  const allowedSources = allowedSourcesOf(process.env);
  const { pipelines, problems } = await checkSchemas({ schemasDirectory, allowedSources });
  for (const problem of problems) console.error(problem);
  const checked = `Checked ${schemasDirectory}: ${count(pipelines, 'pipeline')}`;
  if (problems.length === 0) console.log(`${checked}, no problems.`);
  else console.error(`${checked}, ${count(problems.length, 'problem')}.`);
  return problems.length === 0 ? 0 : 1;
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
