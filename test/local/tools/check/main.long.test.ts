import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, removeDirectory } from '../../../support/server-process';
import { check } from './run-check';

const root = join(__dirname, '../../../..');

describe('npm run check', () => {
  const directory = newDirectory();
  const file = join(directory, 'pipelines/a/b/c.yaml');
  beforeAll(() => {
    cpSync(join(root, 'schemas'), directory, { recursive: true });
    mkdirSync(join(directory, 'pipelines/a/b'), { recursive: true });
  });
  afterAll(() => removeDirectory(directory));

  it.each([[['DIRECTORY']], [['--schemas', 'DIRECTORY']]])(
    'prints one line a problem of the directory %j and ends with 1',
    async (args) => {
      writeFileSync(file, 'description: A\nsteps:\n  - { id: a, type: query, sql: SELECT x FROM tenants }\n');
      const ended = await check(args.map((arg) => arg.replace('DIRECTORY', directory)));
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr.split('\n')).toEqual([
        `${file}:3:39 step 'a', sql: Unrecognized name: x`,
        expect.stringMatching(/^Checked .*: \d+ pipelines, 1 problem\.$/),
        '',
      ]);
    },
  );

  it.each([[{ SCHEMAS_DIRECTORY: directory }]])(
    'prints one line a problem of the directory %j and ends with 1',
    async (environment) => {
      writeFileSync(file, 'description: A\nsteps:\n  - { id: a, type: query, sql: SELECT x FROM tenants }\n');
      const ended = await check([], environment);
      expect(ended).toMatchObject({ code: 1, stdout: '' });
      expect(ended.stderr.split('\n')).toEqual([
        `${file}:3:39 step 'a', sql: Unrecognized name: x`,
        expect.stringMatching(/^Checked .*: \d+ pipelines, 1 problem\.$/),
        '',
      ]);
    },
  );

  it('checks one pipeline and what it needs, and nothing else', async () => {
    writeFileSync(file, 'description: A\nsteps:\n  - { id: a, type: query, sql: SELECT x FROM tenants }\n');
    const other = join(directory, 'pipelines/gcp/example/dryrun.yaml');
    expect(await check([other])).toMatchObject({
      code: 0,
      stdout: `Checked ${other}: 1 pipeline, no problems.\n`,
    });
    expect((await check([file])).stderr.split('\n')[0]).toBe(
      `${file}:3:39 step 'a', sql: Unrecognized name: x`,
    );
    const absent = join(directory, 'pipelines/a/b/d.yaml');
    expect(await check([absent])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${absent}: there is no such pipeline`),
    });
    expect(await check(['d.yaml'])).toMatchObject({
      code: 1,
      stderr: 'Given d.yaml, expected a file SCHEMAS/pipelines/PROVIDER/DOMAIN/NAME.yaml\n',
    });
  });

  it('runs the tests of one pipeline, wherever --run stands', async () => {
    const one = join(directory, 'pipelines/gcp/billing/daily_costs.yaml');
    for (const args of [
      ['--run', one],
      [one, '--run'],
    ]) {
      expect(await check(args)).toEqual({
        code: 0,
        stdout: `Checked ${one}: 1 pipeline, no problems.\nRan 2 examples, 0 failed.\n`,
        stderr: '',
      });
    }
  });

  it('judges by what the deployment allows', async () => {
    writeFileSync(
      file,
      'description: A\nsources: [rates]\nsteps:\n  - { id: a, type: query, sql: SELECT x FROM rates.daily }\n',
    );
    const { stderr } = await check([directory], { ALLOWED_SOURCES: 'gs://*' });
    expect(stderr).toContain('local.rates.daily; this deployment does not allow that (ALLOWED_SOURCES).');
    const wrong = await check([directory], { ALLOWED_SOURCES: 'gs://bucket' });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ALLOWED_SOURCES.0: expected') });
  });

  it('says what is wrong with its arguments, and how it is used', async () => {
    expect(await check(['/nowhere'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nowhere/pipelines: cannot be read'),
    });
    expect(await check(['--nope'])).toMatchObject({ code: 1, stderr: expect.stringContaining("'--nope'") });
    expect(await check(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('npm run check'),
    });
  });
});
