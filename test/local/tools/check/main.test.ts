import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './run-check';

const root = join(__dirname, '../../../..');

/** Its arguments are in main.long.test.ts. */
describe('npm run check', () => {
  it('checks types, style, imports and definitions, in this order', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const script = readFileSync(join(root, scripts.check), 'utf8');
    expect(script).toMatch(
      /tsc .*\n *biome check .*\n *depcruise .* functions shared local client console test\n(?:.|\n)*\nexec node .*local\/tools\/check\/main\.ts "\$@"\n$/,
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
