import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './run-check';

const root = join(__dirname, '../../../..');

/** Its arguments are in main.long.test.ts. */
describe('npm run check', () => {
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
});
