// In short: ../../../functions/loading.test.ts
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames } from '../../../../local/cloud/function-names';
import { startLocalServers } from '../../../../local/cloud/servers/start-local-servers';
import { type BuiltFunction, buildFunctions } from '../../../../local/tools/build/build-functions';
import { asAdmin, call } from '../../../support/local-cloud';
import { newDirectory, removeDirectory } from '../../../support/server-process';
import { type Deployed, installDeployed, startDeployed } from './deployed';

const projectRoot = join(__dirname, '../../../..');
const schemasDirectory = join(projectRoot, 'schemas');

describe('npm run build', () => {
  const outputDirectory = newDirectory();
  let built: readonly BuiltFunction[] = [];

  beforeAll(async () => {
    built = await buildFunctions({ schemasDirectory, outputDirectory });
  });
  afterAll(() => removeDirectory(outputDirectory));

  const named = (name: string): BuiltFunction => {
    const found = built.find((one) => one.name === name);
    if (found === undefined) throw new Error(`'${name}' was not built`);
    return found;
  };
  const thatHave = (module: RegExp): readonly string[] =>
    built.filter(({ modules }) => modules.some((path) => module.test(path))).map(({ name }) => name);
  const fileOf = (name: string, file: string): string =>
    readFileSync(join(named(name).directory, file), 'utf8');

  it('makes a folder of every function that the local cloud hosts', () => {
    expect(built.map(({ name }) => name)).toEqual([...functionNames].sort());
    expect(readdirSync(outputDirectory).sort()).toEqual([...functionNames].sort());
  });

  it.each([...functionNames])('%s: one file of at most 6 MB, its source map and what npm needs', (name) => {
    const { directory, bytes, schemas } = named(name);
    const files = ['functions-framework', 'index.js', 'index.js.map', 'package-lock.json', 'package.json'];
    if (schemas.length > 0) files.push('schemas');
    if (name === 'console') files.unshift('console');
    expect(readdirSync(directory).sort()).toEqual(files);
    expect(bytes).toBe(readFileSync(join(directory, 'index.js')).length);
    expect(bytes).toBeLessThanOrEqual(6e6);
    expect(fileOf(name, 'index.js').split('\n').length).toBeLessThan(5_000);
    expect(JSON.parse(fileOf(name, 'index.js.map'))).toMatchObject({
      version: 3,
      mappings: expect.any(String),
    });
  });

  it.each([...functionNames])('%s has no other function in it, nothing local and no compiler', (name) => {
    const foreign = named(name).modules.filter(
      (path) =>
        (path.startsWith('functions/') && !path.startsWith(`functions/${name}/`)) ||
        /^(local|test)\/|node_modules\/(@fivetrandevelopers|esbuild|typescript|tsx|jest|sql-parser-cst|csv-parse)\//.test(
          path,
        ),
    );
    expect(foreign).toEqual([]);
  });

  it('only those that publish can, and only those that execute pipelines have the engine, with a client of gRPC', () => {
    expect(thatHave(/^shared\/google\/pubsub\/publish-run\.ts$/)).toEqual([
      'operate',
      'reconcile',
      'run',
      'tick',
      'worker',
    ]);
    expect(thatHave(/node_modules\/(@google-cloud\/pubsub|google-gax|@grpc)\//)).toEqual(['worker']);
    expect(thatHave(/^shared\/pipelines\/execute-step\.ts$/)).toEqual(['onboard', 'worker']);
    expect(thatHave(/^shared\/runs\/admit\.ts$/)).toEqual(['operate', 'run', 'tick']);
    expect(thatHave(/node_modules\/croner\//)).toEqual(['tenants', 'tick']);
  });

  it('none has zod’s messages in languages that nobody asked for', () => {
    expect(thatHave(/zod\/v4\/locales\/(?!en\.js|index\.js)/)).toEqual([]);
  });

  it('each has the schemas that it reads, unchanged, and no others', () => {
    expect(Object.fromEntries(built.map(({ name, schemas }) => [name, schemas]))).toMatchObject({
      onboard: ['control', 'pipelines', 'tables', 'tiers.json'],
      tenants: ['control', 'openapi.json', 'pipelines', 'reference.html', 'tables', 'tiers.json'],
      run: ['control', 'pipelines', 'tables', 'tiers.json'],
      worker: ['control', 'pipelines', 'tables', 'tiers.json'],
      operate: ['control', 'pipelines', 'tables'],
      'ensure-tables': ['control', 'tables'],
      'deliver-events': ['control', 'tables'],
      'reset-quotas': [],
      // Which of a pipeline's steps are its first ones says whether a run began.
      reconcile: ['control', 'pipelines', 'tables'],
      console: [],
      tick: ['control', 'pipelines', 'tables'],
    });
    expect(fileOf('worker', 'schemas/pipelines/gcp/billing/daily_costs.sql')).toBe(
      readFileSync(join(schemasDirectory, 'pipelines/gcp/billing/daily_costs.sql'), 'utf8'),
    );
    expect(existsSync(join(named('reconcile').directory, 'schemas/tiers.json'))).toBe(false);
  });

  it('the function that serves the console has it beside it, and no client of Google’s', () => {
    const folder = join(named('console').directory, 'console');
    expect(readdirSync(folder).sort()).toEqual(['assets', 'index.html', 'index.html.br', 'index.html.gz']);
    expect(thatHave(/node_modules\/(@google-cloud\/bigquery|google-auth-library|gaxios)\//)).not.toContain(
      'console',
    );
  });

  it('a package that Google’s buildpack can install and start without downloading anything', () => {
    expect(JSON.parse(fileOf('run', 'package.json'))).toMatchObject({
      name: 'tenant-pipelines-run',
      main: 'index.js',
      dependencies: { '@google-cloud/functions-framework': 'file:functions-framework' },
    });
    expect(fileOf('run', 'package-lock.json')).not.toContain('http');
  });

  it('asks for the Node that deploy.sh runs it on', () => {
    const deployScript = readFileSync(join(projectRoot, 'deploy.sh'), 'utf8');
    const major = /--base-image=nodejs(\d+) /.exec(deployScript)?.[1];
    const engines = { node: `${major}.x.x` };
    expect(JSON.parse(fileOf('run', 'package.json'))).toMatchObject({ engines });
    expect(JSON.parse(fileOf('run', 'package-lock.json'))).toMatchObject({ packages: { '': { engines } } });
  });

  /** All functions together are in deployed.long.test.ts. */
  describe('One of them, installed and started as Google’s buildpacks do', () => {
    const dataDirectory = newDirectory();
    const closers: (() => Promise<void>)[] = [];
    let onboard: Deployed;
    let environment: Readonly<Record<string, string>> = {};

    beforeAll(async () => {
      const servers = await startLocalServers(
        { bigqueryPort: 0, pubsubPort: 0, dataDirectory, isMemoryOnly: true },
        () => undefined,
      );
      closers.push(servers.close);
      environment = { ...servers.environment, ADMIN_API_KEY: asAdmin['X-Admin-Key'] };
      const { directory } = named('onboard');
      await installDeployed(directory);
      onboard = await startDeployed('onboard', directory, environment);
      closers.push(onboard.end);
    });
    afterAll(async () => {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
      removeDirectory(dataDirectory);
    });

    it('judges paths itself, from the first request on', async () => {
      // Express would answer with a page of its own.
      expect(await call(onboard.url, 'GET', '/%zz')).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
    });

    it('onboards a tenant, from its own schemas', async () => {
      const { status, body } = await call(onboard.url, 'POST', '/api/v1/customers/onboard', {
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
    });

    it('does not start for another function than its own', async () => {
      await expect(startDeployed('worker', named('onboard').directory, environment)).rejects.toThrow(
        "FUNCTION_TARGET: expected the name of the bundled function, given 'worker'",
      );
    });
  });
});

describe('A build of what is broken', () => {
  const directory = newDirectory();
  afterAll(() => removeDirectory(directory));

  it('ends with an error that names file and place, and writes nothing', async () => {
    const schemas = join(directory, 'schemas');
    cpSync(schemasDirectory, schemas, { recursive: true });
    mkdirSync(join(schemas, 'pipelines/acme/sales'), { recursive: true });
    const file = join(schemas, 'pipelines/acme/sales/report.yaml');
    writeFileSync(file, 'description: Report\nsteps:\n  - id: build\n    type: dance\n');
    const out = join(directory, 'dist');
    const { code, output } = await build('--schemas', schemas, '--out', out);
    expect(code).toBe(1);
    expect(output).toContain(file);
    expect(output).toContain("'build'");
    expect(output).not.toContain('    at ');
    expect(existsSync(out)).toBe(false);
  });

  it('ends with an error that names an unknown option', async () => {
    const { code, output } = await build('--outt', directory);
    expect(code).toBe(1);
    expect(output).toContain("'--outt'");
  });
});

/** As `npm run build -- …` does. */
const build = (...options: readonly string[]) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const args = ['--require', 'tsx/cjs', 'local/tools/build/main.ts', ...options];
    const child = execFile(process.execPath, args, { cwd: projectRoot }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
