import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs the command to its end, in a process of its own, because instances that die leave timers behind. */
export async function simulate(...args: readonly string[]) {
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

export const numberAfter = (name: string, table: string): number =>
  Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(table)?.[1]);
