import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, removeDirectory } from '../../../support/server-process';
import { check } from './run-check';

const root = join(__dirname, '../../../..');

/** The other arguments are in main.long.test.ts. */
describe('npm run check', () => {
  const directory = newDirectory();
  const file = join(directory, 'pipelines/a/b/c.yaml');
  beforeAll(() => {
    cpSync(join(root, 'schemas'), directory, { recursive: true });
    mkdirSync(join(directory, 'pipelines/a/b'), { recursive: true });
  });
  afterAll(() => removeDirectory(directory));

  it('checks types, style, imports and definitions, in this order', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts.check).toMatch(
      /^tsc .* && biome check .* && depcruise .* functions shared local client test && node .*local\/tools\/check\/main\.ts$/,
    );
  });

  it('has no problems with schemas/', async () => {
    expect(await check([])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^Checked schemas: \d+ pipelines, no problems\.\n$/),
      stderr: '',
    });
  });

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

  it('says what is wrong with ALLOWED_SOURCES, by which it judges', async () => {
    const wrong = await check([directory], { ALLOWED_SOURCES: 'gs://bucket' });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ALLOWED_SOURCES.0: expected') });
  });
});
