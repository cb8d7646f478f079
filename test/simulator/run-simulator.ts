import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { compilingOnce } from '../support/server-process';

/** Runs a simulator's command to its end, in a process of its own: it takes over timers, or leaves some. */
export async function runSimulator(main: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', main, ...args], {
    env: { ...process.env, NODE_OPTIONS: compilingOnce },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.on('data', (chunk) => output.push(String(chunk)));
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const [code] = await once(child, 'close');
  return { code, output: output.join(''), errors: errors.join('') };
}

/** The number in the row of this name. */
export const numberAfter = (name: string, table: string): number =>
  Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(table)?.[1]);
