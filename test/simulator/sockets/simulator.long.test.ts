import { join } from 'node:path';
import { numberAfter, runSimulator } from '../run-simulator';

const main = join(__dirname, 'main.ts');

/** A seed by which, even in so few runs, calls fail, instances die and runs are cancelled. */
it('a small simulation keeps every invariant, whatever fails or dies', async () => {
  const { code, output } = await runSimulator(
    main,
    ...['--seed', '5', '--runs', '45', '--tenants', '4', '--instances', '2'],
  );
  // The report tells the histories of the runs concerned.
  expect(code === 0 ? '' : output).toBe('');
  expect(numberAfter('admitted', output)).toBeGreaterThan(20);
  expect(numberAfter('in the ledger', output)).toBeGreaterThan(20);
  expect(numberAfter('all violations', output)).toBe(0);
}, 600_000);

/** More seeds: `npm run simulate:sockets -- --seed 3 --runs 600`. */
it.each([2])(
  'a simulation of 300 runs keeps every invariant, by the seed %s',
  async (seed) => {
    const { code, output } = await runSimulator(
      main,
      ...['--seed', String(seed), '--runs', '300', '--tenants', '8', '--instances', '3'],
    );
    expect(code === 0 ? '' : output).toBe('');
    expect(numberAfter('admitted', output)).toBeGreaterThan(125);
    expect(numberAfter('all violations', output)).toBe(0);
  },
  600_000,
);
