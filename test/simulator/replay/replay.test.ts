import { join } from 'node:path';
import { findOperationRuns } from '../../../shared/sql/runs/find-operation-runs';
import { numberAfter, runSimulator } from '../run-simulator';
import { deniedTables } from './cloud/rights';
import { readOptions } from './options';

const main = join(__dirname, 'main.ts');
/** A process takes its time until it is as fast as it can be: two of them take a third more. */
const inOneProcess = ['--processes', '1'];

it('three small simulations keep every invariant, whatever fails, dies, comes late or comes twice', async () => {
  const { output } = await runSimulator(main, '--seeds', '3', '--runs', '40', ...inOneProcess);
  expect(numberAfter('violations', output) === 0 ? '' : output).toBe('');
  expect(numberAfter('seeds', output)).toBe(3);
  expect(numberAfter('admitted', output)).toBeGreaterThan(50);
  expect(numberAfter('deaths', output)).toBeGreaterThan(1);
  for (const played of ['planned time started', 'bulk-rerun done', 'bulk-cancel done'])
    expect(output).toMatch(new RegExp(`^in play .*${played} [1-9]`, 'm'));
});

it('a seed prints the same lines each time', async () => {
  const command = ['--seed', '7', '--runs', '20'];
  const [one, other] = await Promise.all([runSimulator(main, ...command), runSimulator(main, ...command)]);
  expect(other.output).toBe(one.output);
  expect(one.output.split('\n').length).toBeGreaterThan(250);
});

it('a fault that is put back is found, and told with the events before it and with fewer runs', async () => {
  const command = ['--seeds', '1', '--runs', '40', '--put-back', 'recorded-at'];
  const { code, output } = await runSimulator(main, ...command, ...inOneProcess);
  expect(code).toBe(1);
  expect(output).toMatch(/\n\d\d-\d\dT.*\n\nVIOLATED by seed \d+: /);
  expect(output).toMatch(/Once more: npm run simulate -- --seed \d --runs \d+ --put-back recorded-at\n/);
});

it('a statement on tables that an account may not read is found: here nobody refuses it', () => {
  expect(deniedTables('operate', findOperationRuns, false)).toEqual([]);
  expect(deniedTables('tick', findOperationRuns, false)).toEqual(['api_keys']);
});

it('what is wrong with the command line is said', () => {
  const read = () => readOptions(['--seeds', '0', '--ignore', 'law,lwa']);
  expect(read).toThrow(/^--seeds: expected at least 1; --ignore: expected some of law, /);
});
