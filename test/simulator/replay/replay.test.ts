import { join } from 'node:path';
import { numberAfter, runSimulator } from '../run-simulator';

const main = join(__dirname, 'main.ts');
/** A process takes its time until it is as fast as it can be: two of them take a third more. */
const inOneProcess = ['--processes', '1'];

it('five small simulations keep every invariant, whatever fails, dies, comes late or comes twice', async () => {
  const { output } = await runSimulator(main, '--seeds', '5', '--runs', '40', ...inOneProcess);
  expect(numberAfter('violations', output) === 0 ? '' : output).toBe('');
  expect(numberAfter('seeds', output)).toBe(5);
  expect(numberAfter('admitted', output)).toBeGreaterThan(80);
  expect(numberAfter('deaths', output)).toBeGreaterThan(1);
});

it('a seed prints the same lines each time', async () => {
  const command = ['--seed', '7', '--runs', '20'];
  const [one, other] = await Promise.all([runSimulator(main, ...command), runSimulator(main, ...command)]);
  expect(other.output).toBe(one.output);
  expect(one.output.split('\n').length).toBeGreaterThan(250);
});

it('a fault that is put back is found, and told with the events before it and with fewer runs', async () => {
  const { code, output } = await runSimulator(
    main,
    '--seeds',
    '3',
    '--runs',
    '80',
    ...inOneProcess,
    '--put-back',
    'recorded-at',
  );
  expect(code).toBe(1);
  expect(output).toMatch(/\n\d\d-\d\dT.*\n\nVIOLATED by seed \d+: /);
  expect(output).toMatch(/Once more: npm run simulate -- --seed \d --runs \d+ --put-back recorded-at\n/);
}, 240_000);

it('what is wrong with the command line is said', async () => {
  const { code, errors } = await runSimulator(main, '--seeds', '0', '--ignore', 'law,lwa');
  expect(code).toBe(1);
  expect(errors).toMatch(/^--seeds: expected at least 1; --ignore: expected some of law, /);
});
