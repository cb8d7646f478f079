// In short: ./client.test.ts
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onboard, startTestCloud, type TestCloud } from '../support/local-cloud';

const root = join(__dirname, '../..');

/** As another project has it: packed, installed, and used from JavaScript and TypeScript. */
describe('The package of the client', () => {
  const project = mkdtempSync(join(tmpdir(), 'client-'));
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
    execFileSync('npm', ['run', 'build', '--silent'], { cwd: join(root, 'client') });
    const packed = execFileSync(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', project],
      {
        cwd: join(root, 'client'),
        encoding: 'utf8',
      },
    );
    const archive = packed.trim().split('\n').at(-1) ?? '';
    writeFileSync(join(project, 'package.json'), '{ "name": "other", "type": "module" }');
    execFileSync(
      'npm',
      ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', join(project, archive)],
      {
        cwd: project,
      },
    );
  });
  afterAll(async () => {
    await cloud?.close();
    rmSync(project, { recursive: true, force: true });
  });

  const use = `
    import { createClient } from 'tenant-pipelines-client';
    const [baseUrl, apiKey] = process.argv.slice(2);
    const api = createClient({ baseUrl: baseUrl ?? '', apiKey });
    const { run_id } = await api.startRun('packed', 'gcp/example/dryrun');
    const run = await api.waitForRun(run_id);
    console.log(run.status, run.steps.length);
  `;

  it('runs in Node', async () => {
    const apiKey = await onboard(cloud.url, 'packed');
    writeFileSync(join(project, 'use.js'), use);
    const { stdout } = await promisify(execFile)(process.execPath, ['use.js', cloud.url, apiKey], {
      cwd: project,
    });
    expect(stdout).toBe('COMPLETED 1\n');
  });

  it('has the command line as its bin', async () => {
    const bin = join(project, 'node_modules/.bin/tenant-pipelines');
    const env = {
      PATH: process.env.PATH,
      TENANT_PIPELINES_URL: cloud.url,
      TENANT_PIPELINES_KEY: await onboard(cloud.url, 'packed_bin'),
    };
    const started = await promisify(execFile)(bin, ['run', 'gcp/example/dryrun'], { env });
    expect(started.stderr).toBe('');
    expect(started.stdout).toMatch(/^Run \S+ of gcp\/example\/dryrun for packed_bin\n(.*\n)+COMPLETED in /);
    const wrong: unknown = await promisify(execFile)(bin, ['runn'], { env }).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean run?') });
    // npx finds it where it is installed, and nothing has to be downloaded.
    const npx = ['npx', '--no-install', 'tenant-pipelines', '--help'];
    const { stdout } = await promisify(execFile)('env', npx, { cwd: project, env });
    expect(stdout).toMatch(/^tenant-pipelines WORD \[options\]\n/);
  });

  it.each(['nodenext', 'preserve'])('has its types, with module %s', (module) => {
    writeFileSync(
      join(project, 'use.ts'),
      use.replace('run.steps.length', 'run.steps.length satisfies number'),
    );
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', module, '--skipLibCheck'];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, ...types, 'use.ts'], { cwd: project });
    writeFileSync(join(project, 'wrong.ts'), use.replace('run.status', 'run.stauts'));
    expect(() =>
      execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, ...types, 'wrong.ts'], { cwd: project }),
    ).toThrow();
  });
});
