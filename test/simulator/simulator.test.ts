import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs the command to its end, in a process of its own: what dies in a simulation leaves timers behind. */
async function simulate(...args: readonly string[]) {
  const main = join(__dirname, 'main.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk) => output.push(String(chunk)));
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const [code] = await once(child, 'close');
  return { code, output: output.join(''), errors: errors.join('') };
}

const numberAfter = (name: string, table: string): number =>
  Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(table)?.[1]);

it('a small simulation keeps every invariant, whatever fails or dies', async () => {
  const { code, output } = await simulate(
    '--seed',
    '1',
    '--runs',
    '90',
    '--tenants',
    '4',
    '--instances',
    '2',
  );
  // The table tells the history of the runs that are concerned.
  expect(code === 0 ? '' : output).toBe('');
  expect(numberAfter('admitted', output)).toBeGreaterThan(40);
  expect(numberAfter('in the ledger', output)).toBeGreaterThan(40);
  expect(numberAfter('all violations', output)).toBe(0);
}, 180_000);

it('says what is wrong with an option', async () => {
  const { code, errors } = await simulate('--fault-rate', '2');
  expect({ code, errors }).toEqual({ code: 1, errors: '--fault-rate: expected 0 to 1\n' });
});
