import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs `local-pubsub` with these arguments. `ready` resolves when it listens, `ended` when it has ended. */
export const runCommandLine = (...args: string[]) => {
  const child = spawn(process.execPath, [join(__dirname, '../../bin.js'), ...args]);
  let output = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes('Ctrl-C stops it.')) resolve();
      });
    }
  });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  return { child, ready, ended, output: () => output };
};
