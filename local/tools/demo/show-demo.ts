import { relative } from 'node:path';
import type { LocalCloud } from '../../cloud/cloud';
import { type Clients, createClients } from '../pipeline/clients';
import { runLocally } from '../pipeline/run-locally';
import { keepKey } from '../pipeline/tenant-key';
import { writeSamples } from '../sample/write-samples';
import type { DemoOptions } from './demo-options';

const tenantId = 'demo';
const pipeline = 'focus/billing/daily_costs';

/**
 * Onboards a tenant, runs a pipeline and says what a newcomer can try next.
 * @throws Error when any of it fails
 */
export async function showDemo(
  { url, bigqueryUrl }: Pick<LocalCloud, 'url' | 'bigqueryUrl'>,
  { dataDirectory, schemasDirectory }: DemoOptions,
  say: (line: string) => void,
): Promise<void> {
  say(`It listens at ${url}, its BigQuery at ${bigqueryUrl}.`);
  const adminKey = process.env.ADMIN_API_KEY;
  const clients = createClients(url, adminKey);
  const { focus } = writeSamples(dataDirectory);
  say(`\nA sample of cloud costs: ${focus.rows} rows in ${relative(process.cwd(), focus.path)}`);
  say(`which pipelines know as ${focus.uri}\n`);

  const apiKey = await onboard(clients);
  keepKey(dataDirectory, tenantId, apiKey);
  say(`Onboarded tenant ${tenantId}, tier FREE. Its API key, shown this once: ${apiKey}\n`);

  const place = { url, adminKey, schemasDirectory };
  const started = ['run', pipeline, '--tenant', tenantId, '--param', `source_uri=${focus.uri}`];
  const exitCode = await runLocally([...started, '--data', dataDirectory], place, say);
  if (exitCode !== 0) throw new Error('The demo ends here: its run did not complete.');
  say(`\n${await describeQuota(clients, apiKey)}`);
  const command = pipelineCommand({ url, dataDirectory, sourceUri: focus.uri });
  say(whatNext(url, apiKey, command));
}

async function onboard({ admin }: Clients): Promise<string> {
  const body = {
    tenant_id: tenantId,
    company_name: 'Demo',
    subscription_tier: 'FREE',
  };
  return (await admin.call('onboardTenant', { body })).api_key;
}

async function describeQuota({ ofTenant }: Clients, apiKey: string): Promise<string> {
  const { quotas, usage } = await ofTenant(apiKey).call('showTenant', { path: { tenant: tenantId } });
  return `Quota: ${usage.monthly_runs_left} of ${quotas.max_pipelines_per_month} runs are left this month, at most ${quotas.max_concurrent_pipelines} at once.`;
}

/** `npm run pipeline` for this cloud: what differs from the defaults is named. */
function pipelineCommand(given: {
  readonly url: string;
  readonly dataDirectory: string;
  readonly sourceUri: string;
}): string {
  const { url, dataDirectory, sourceUri } = given;
  const port = Number(new URL(url).port);
  const directory = relative(process.cwd(), dataDirectory);
  return [
    ...(port === 8080 ? [] : [`PORT=${port}`]),
    `npm run pipeline -- run ${pipeline} --tenant ${tenantId} --param source_uri=${sourceUri}`,
    ...(directory === '.data' ? [] : [`--data ${dataDirectory}`]),
  ].join(' ');
}

/** Lines that can be copied as they are, while the demo goes on. */
function whatNext(url: string, apiKey: string, command: string): string {
  const key = `-H 'X-API-Key: ${apiKey}'`;
  return `
Look at it in a browser: ${url}

Try next, in another shell:

  # its quotas and usage
  curl ${url}/api/v1/tenants/${tenantId} ${key}
  # start a run by HTTP: 202 and the run's Location
  curl -i -X POST ${url}/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun ${key}
  # its runs, newest first
  curl ${url}/api/v1/pipelines/runs ${key}
  # the pipelines there are, with their parameters
  curl ${url}/api/v1/pipelines ${key}
  # the same pipeline from the command line
  ${command}

The README goes on from here. Tables are in memory only and gone at the end; npm start keeps them.

Ctrl-C stops it.
`;
}
