// In short: ../../../functions/loading.test.ts
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { prepareMessaging } from '../../../../local/cloud/messaging';
import { startLocalServers } from '../../../../local/cloud/servers/start-local-servers';
import { type BuiltFunction, buildFunctions } from '../../../../local/tools/build/build-functions';
import { createApiKey } from '../../../../shared/tenants/rules/api-key';
import { asAdmin, call, endOfRun, eventually, withKey } from '../../../support/local-cloud';
import { newDirectory, removeDirectory } from '../../../support/server-process';
import { type Deployed, installDeployed, startDeployed } from './deployed';

const addressSchema = z.object({ port: z.number() });
/** A stack trace that leads to source files, and not into the bundle, which is one long line. */
const stackInSources = /\bat (?:\S+ \(|async .*\(|)(shared|node_modules)\/[\w@./-]+\.[tj]s:\d+:\d+/;
const stackTrace = /\bat .*:\d+:\d+|\.js|\.ts/;
/**
 * A dataset's location, and a complete answer of BigQuery whose row does not have the columns that were asked
 * for.
 */
const wrongRow = JSON.stringify({
  location: 'US',
  jobComplete: true,
  jobReference: { projectId: 'local', jobId: 'job', location: 'US' },
  schema: { fields: [] },
  totalRows: '1',
  rows: [{ f: [] }],
});
/** Prints which of the folders have compiled code that V8 does not take. */
const printRejected = `
const isRejected = (directory) => {
  const code = fs.readFileSync(directory + '/index.js', 'latin1');
  const cachedData = fs.readFileSync(directory + '/index.js.cache');
  const wrapped = '(function (exports, require, __filename, __dirname) {' + code + '\\n})';
  return new vm.Script(wrapped, { cachedData }).cachedDataRejected;
};
console.log(JSON.stringify(process.argv.slice(1).filter(isRejected)));`;
const schemasDirectory = join(__dirname, '../../../../schemas');

describe('The bundles, installed and started as Google’s buildpacks do', () => {
  const directory = newDirectory();
  const closers: (() => Promise<void>)[] = [];
  const functions = new Map<string, Deployed>();
  let built: readonly BuiltFunction[] = [];
  let environment: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    built = await buildFunctions({ schemasDirectory, outputDirectory: join(directory, 'dist') });
    const addresses = { bigqueryPort: 0, pubsubPort: 0, dataDirectory: directory, isMemoryOnly: true };
    const servers = await startLocalServers(addresses, () => undefined);
    closers.push(servers.close);
    environment = { ...servers.environment, ADMIN_API_KEY: asAdmin['X-Admin-Key'] };
    for (const { name, directory } of built) {
      await installDeployed(directory);
      functions.set(name, await start(name, environment));
    }
    // The clients read where their servers are from the environment; here only for making topic and
    // subscription.
    Object.assign(process.env, environment);
    await prepareMessaging({
      runTopic: 'pipeline-runs',
      eventTopics: ['tenant-events'],
      workerUrl: urlOf('worker'),
    });
    // It installs eight functions with npm, one after the other: a minute and a half, and several on a busy machine.
  }, 900_000);
  afterAll(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    removeDirectory(directory);
  });

  const start = async (name: string, environment: Readonly<Record<string, string>>): Promise<Deployed> => {
    const found = built.find((one) => one.name === name);
    const deployed = await startDeployed(name, found?.directory ?? '', environment);
    closers.push(deployed.end);
    return deployed;
  };
  const urlOf = (name: string): string => functions.get(name)?.url ?? '';
  let apiKey = '';

  it('have their code compiled beside them', () => {
    const directories = built.map(({ directory }) => directory);
    expect(directories).not.toEqual([]);
    // In a process with the flags that Node has by itself: V8 takes code only from one with the same.
    const rejected = execFileSync(process.execPath, ['-e', printRejected, ...directories], {
      encoding: 'utf8',
    });
    expect(JSON.parse(rejected)).toEqual([]);
  });

  it('onboard a tenant, from their own schemas', async () => {
    const { status, body } = await call(urlOf('onboard'), 'POST', '/api/v1/customers/onboard', {
      headers: asAdmin,
      body: {
        tenant_id: 'bundled',
        company_name: 'Test Corporation',
        contact_email: 'admin@testcorp.com',
        subscription_tier: 'STARTER',
      },
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { tables: ['api_keys', 'dq_results', 'pipeline_runs', 'step_logs', 'tenants'] },
    });
    apiKey = String(body.api_key);
  });

  it('admit a run, and the worker that is woken brings it to its end', async () => {
    const { status, body } = await call(
      urlOf('run'),
      'POST',
      '/api/v1/pipelines/run/bundled/gcp/example/dryrun',
      { headers: withKey(apiKey) },
    );
    expect(status).toBe(202);
    expect(await endOfRun(urlOf('run'), apiKey, body.run_id)).toMatchObject({ status: 'COMPLETED' });
  });

  it('show the tenant with its usage', async () => {
    const path = '/api/v1/tenants/bundled';
    const { status, body } = await call(urlOf('tenants'), 'GET', path, { headers: withKey(apiKey) });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { quotas: { max_pipelines_per_month: 500 }, usage: { pipeline_runs_count: 1 } },
    });
  });

  it('reset quotas and reconcile', async () => {
    const headers = { 'X-CloudScheduler-ScheduleTime': new Date().toISOString() };
    expect(await call(urlOf('reset-quotas'), 'POST', '/', { headers })).toMatchObject({
      status: 200,
      body: { tenants: 1 },
    });
    expect(await call(urlOf('reconcile'), 'POST', '/')).toMatchObject({
      status: 200,
      body: { tenants: 1, repaired: 0 },
    });
  });

  it('serve the console, compressed, and nothing at paths of calls', async () => {
    // As browsers ask where there is TLS. Without it, fetch asks for no brotli by itself.
    const headers = { 'Accept-Encoding': 'gzip, deflate, br' };
    const page = await fetch(`${urlOf('console')}/tenants/bundled`, { headers });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-encoding')).toBe('br');
    const [, script = ''] = /<script type="module" src="([^"]+)">/.exec(await page.text()) ?? [];
    const asset = await fetch(`${urlOf('console')}${script}`, { headers });
    expect([asset.status, asset.headers.get('content-encoding')]).toEqual([200, 'br']);
    expect(await call(urlOf('console'), 'GET', '/api/v1/nothing')).toMatchObject({ status: 404 });
  });

  it.each([
    ['a body that is no JSON', 'POST', '/api/v1/pipelines/run/bundled/gcp/example/dryrun', '{"source'],
    ['a path that cannot be decoded', 'POST', '/api/v1/pipelines/run/%zz/gcp/example/dryrun', undefined],
  ])('answer %s with a problem and no stack', async (_what, method, path, body) => {
    const answer = await call(urlOf('run'), method, path, { headers: withKey(apiKey), body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(JSON.stringify(answer.body)).not.toMatch(stackTrace);
  });

  it.each([
    [
      'that the handler meets',
      'run',
      '/api/v1/pipelines/run/bundled/gcp/example/dryrun',
      wrongRow,
      503,
      'ZodError',
    ],
    // Google's client trips over it, in a callback of its own.
    ['that nobody catches', 'reconcile', '/', '{"datasets":"none"}', 500, 'TypeError'],
  ])(
    'log an error %s, by its place in the sources, and tell the caller nothing of it',
    async (_what, of, path, nonsense, status, name) => {
      const bigquery = createServer((_request, response) =>
        response.setHeader('Content-Type', 'application/json').end(nonsense),
      );
      await new Promise<void>((resolve) => bigquery.listen(0, '127.0.0.1', resolve));
      closers.push(async () => void bigquery.close());
      const { port } = addressSchema.parse(bigquery.address());
      const asked = await start(of, { ...environment, BIGQUERY_EMULATOR_HOST: `http://127.0.0.1:${port}` });
      const response = await fetch(`${asked.url}${path}`, {
        method: 'POST',
        headers: withKey(createApiKey('bundled')),
      });
      expect(response.status).toBe(status);
      expect(await response.text()).not.toMatch(stackTrace);
      // The process ends: what it has printed comes a moment after its answer.
      await eventually(`the trace of a ${name}`, async () =>
        asked.output().includes(name) ? true : undefined,
      );
      expect(asked.output()).toMatch(stackInSources);
    },
  );

  it('do not start for another function than their own, or with a broken environment', async () => {
    await expect(start('run', { ...environment, ADMIN_API_KEY: 'short' })).rejects.toThrow(
      'ADMIN_API_KEY: expected at least 16 characters',
    );
    const onboard = built.find(({ name }) => name === 'onboard')?.directory ?? '';
    await expect(startDeployed('worker', onboard, environment)).rejects.toThrow(
      "FUNCTION_TARGET: expected the name of the bundled function, given 'worker'",
    );
  });
});
