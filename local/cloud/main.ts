import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sparingLog } from 'local-bigquery/sparing-log';
import { writeSamples } from '../tools/sample/write-samples';
import { type LocalCloud, startLocalCloud } from './cloud';
import { endCompilers } from './compilers';
import { type LocalCloudOptions, readOptions, startHelp } from './options';
import { fail, stopOnSignal } from './stop-on-signal';
import { warmUp } from './warm-up';
import { watchConsole, watchDefinitions } from './watch-files';

/** `npm start`: the cloud in a box, until it is told to stop. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env, join(__dirname, '../..'));
  if (options === 'help') {
    console.log(startHelp);
    return;
  }
  // Someone reads this terminal: a readable line for each request, run and step. Elsewhere they would hide what matters.
  process.env.LOG_FORMAT ??= process.stdout.isTTY ? 'pretty' : 'json';
  process.env.LOG_SEVERITY ??= process.env.LOG_FORMAT === 'pretty' ? 'DEBUG' : 'WARNING';
  const starting = startLocalCloud({
    ...options,
    functionsInThreads: true,
    log: sparingLog((line) => console.error(line)),
  });
  stopOnSignal(starting);
  const cloud = await starting;
  // It ends with the process.
  watchDefinitions(options.schemasDirectory, cloud.reloadDefinitions, (line) => console.error(line));
  watchConsole(
    () => cloud.console.rebuild().finally(endCompilers),
    (line) => console.error(line),
  );
  await upgradeTables(cloud.url);
  // What the console and README begin with. Once they are there, or were changed, they stay as they are.
  if (!existsSync(join(options.dataDirectory, 'gcs'))) writeSamples(options.dataDirectory);
  if (options.warmsUp) {
    await warmUp(cloud, process.env.ADMIN_API_KEY).catch((error: unknown) => {
      console.error(`Not warmed up: ${error instanceof Error ? error.message : error}`);
    });
  }
  console.log(banner(cloud, options, process.env.ADMIN_API_KEY !== undefined));
  // So that who opens it waits for nothing. What is wrong with it is told to whoever asks for it.
  await cloud.console.ready().catch(() => undefined);
  endCompilers();
}

/** The data may come from an earlier version: does what a deployment does at its end. */
async function upgradeTables(url: string): Promise<void> {
  const answer = await fetch(`${url}/local/scheduler/ensure-tables:run`, { method: 'POST' });
  if (!answer.ok) console.error(`The tenants' tables may not be up to date: ${await answer.text()}`);
}

/** What a newcomer needs after the start: where everything is, who may administer, what to try. */
function banner(
  { url, bigqueryUrl, pubsubHost }: LocalCloud,
  { dataDirectory, isMemoryOnly, elsewhere = {} }: Omit<LocalCloudOptions, 'log'>,
  hasAdminKey: boolean,
): string {
  const fromHere = relative(process.cwd(), dataDirectory) || '.';
  const data = fromHere.startsWith('..') ? dataDirectory : fromHere;
  const admin = hasAdminKey
    ? 'calls need the header X-Admin-Key with the value of ADMIN_API_KEY'
    : 'calls are OPEN: they need no key on this machine. Set ADMIN_API_KEY to close them.';
  const variables = [
    ...(elsewhere.bigqueryUrl === undefined ? [] : ['BIGQUERY_EMULATOR_HOST']),
    ...(elsewhere.pubsubHost === undefined ? [] : ['PUBSUB_EMULATOR_HOST']),
  ];
  const notOurs =
    variables.length === 0 ? '' : `\n            not our own: ${variables.join(' and ')} named it`;
  const adminHeader = hasAdminKey ? ` \\\n    -H "X-Admin-Key: $ADMIN_API_KEY"` : '';
  return `
tenant-pipelines, the cloud in a box, is ready.

  Console   ${url}    in a browser
  Address   ${url}    of the HTTP interface; its reference is /api/v1/docs
  Data      ${isMemoryOnly ? `in memory only; gs:// files in ${data}/gcs` : data}
  Admin     ${admin}
  BigQuery  ${bigqueryUrl}    Pub/Sub  ${pubsubHost}${notOurs}
  Clients   of Google's: ${exportLine()}

Try it in another shell. Make a tenant; the answer holds its API key, shown only this once:

  curl -X POST ${url}/api/v1/customers/onboard -H 'Content-Type: application/json'${adminHeader} \\
    -d '{"tenant_id":"demo","company_name":"Demo"}'

Run a pipeline with that key, then see the quota that is left:

  export KEY='the api_key of the answer'
  curl -X POST ${url}/api/v1/pipelines/run/demo/gcp/example/dryrun -H "X-API-Key: $KEY"
  curl ${url}/api/v1/tenants/demo -H "X-API-Key: $KEY"

Ctrl-C stops it.
`;
}

/** What points Google's clients at this cloud; without credentials the one of BigQuery uploads no files. */
function exportLine(): string {
  const names = [
    'BIGQUERY_EMULATOR_HOST',
    'PUBSUB_EMULATOR_HOST',
    'GOOGLE_CLOUD_PROJECT',
    'GOOGLE_APPLICATION_CREDENTIALS',
  ];
  return `export ${names.map((name) => `${name}=${process.env[name]}`).join(' \\\n              ')}`;
}

main().catch(fail);
