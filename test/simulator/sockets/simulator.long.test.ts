import { join } from 'node:path';
import { numberAfter, runSimulator } from '../run-simulator';

const main = join(__dirname, 'main.ts');

it.each([2, 3])(
  'a simulation of 600 runs keeps every invariant, by the seed %s',
  async (seed) => {
    const { code, output } = await runSimulator(
      main,
      ...['--seed', String(seed), '--runs', '600', '--tenants', '8', '--instances', '3'],
    );
    expect(code === 0 ? '' : output).toBe('');
    expect(numberAfter('admitted', output)).toBeGreaterThan(250);
    expect(numberAfter('all violations', output)).toBe(0);
  },
  600_000,
);
