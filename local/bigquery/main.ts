import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeLocalCredentials } from './rest/local-credentials';
import { sparingLog } from './sparing-log';
import { startBigQuery } from './start-bigquery';

const help = `local-bigquery [options]

  Runs BigQuery on this machine until Ctrl-C.

  --port PORT  where it listens, on 127.0.0.1 (default 9050; 0: the system chooses)
  --host NAME  answers calls under this name too, besides localhost (may be repeated)
  --data DIR   keeps datasets, tables and jobs in DIR (default: in memory only)
  --gcs DIR    where files are: gs://bucket/path is DIR/bucket/path (default: gcs in the data's folder, or here)
  --project ID the one project that is served (default local)
  --limits     imposes BigQuery's documented limits and a latency model
  --infer-no-location
               runs jobs that name no location in US: what they name elsewhere is not found
  --help       shows this`;

/** The exit code of a command line that cannot be understood; every other failure is 1. */
const wrongUsage = 2;

interface CommandLine {
  readonly port: number;
  readonly hosts: readonly string[];
  readonly projectId: string;
  readonly dataDirectory: string | undefined;
  readonly gcsDirectory: string;
  readonly hasLimits: boolean;
  readonly infersNoLocation: boolean;
}

/** @throws Error naming the option, what was given and what was expected */
function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '9050' },
      host: { type: 'string', multiple: true, default: [] },
      data: { type: 'string' },
      gcs: { type: 'string' },
      project: { type: 'string', default: 'local' },
      limits: { type: 'boolean', default: false },
      'infer-no-location': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error(`--port: expected 0 to 65535, given '${values.port}'`);
  }
  for (const name of ['data', 'gcs'] as const) {
    if (values[name] === '') throw new Error(`--${name}: expected a folder, given nothing`);
  }
  if (values.project === '') throw new Error('--project: expected a project id, given nothing');
  return {
    port: Number(values.port),
    hosts: values.host,
    projectId: values.project,
    dataDirectory: values.data === undefined ? undefined : resolve(values.data),
    gcsDirectory: resolve(values.gcs ?? join(values.data ?? '', 'gcs')),
    hasLimits: values.limits,
    infersNoLocation: values['infer-no-location'],
  };
}

async function serve({ hasLimits, ...options }: CommandLine): Promise<void> {
  const log = sparingLog((line) => console.error(line));
  const { url, close } = await startBigQuery({ ...options, log, ...(hasLimits && { limits: {} }) });
  const temporary =
    options.dataDirectory === undefined ? mkdtempSync(join(tmpdir(), 'local-bigquery-')) : undefined;
  const credentials = writeLocalCredentials(
    join(temporary ?? options.dataDirectory ?? '', 'credentials'),
    url,
  );
  console.log(`The local BigQuery listens on ${url}.

  Data      ${options.dataDirectory ?? 'in memory only'}
  Files     gs://bucket/path is ${join(options.gcsDirectory, 'bucket/path')}
  Clients   export BIGQUERY_EMULATOR_HOST=${url} GOOGLE_CLOUD_PROJECT=${options.projectId} \\
              GOOGLE_APPLICATION_CREDENTIALS=${credentials}
  bq        CLOUDSDK_AUTH_ACCESS_TOKEN=none bq --api ${url} --project_id ${options.projectId} ls

Ctrl-C stops it.`);
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    close().then(() => process.exit(0), fail(1));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

function fail(code: number): (error: unknown) => void {
  return (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(code);
  };
}

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine === 'help') console.log(help);
  else serve(commandLine).catch(fail(1));
} catch (error) {
  fail(wrongUsage)(error);
}
