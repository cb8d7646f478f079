import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** To start a reading process takes longer than to read a small file: the last load's is kept for the next one. */
let spare: ChildProcess | undefined;
const keptMilliseconds = 10_000;
/** A million rows in one group take 1.5 GB; a broken page must not take all of the machine. In MiB. */
const mostMemory = 2_048;

/** A process that answers requests, and holds up this one's end for as long as it is not given back. */
export function takeProcess(): ChildProcess {
  const child = spare !== undefined && isAlive(spare) ? spare : start();
  if (child === spare) spare = undefined;
  child.ref();
  child.channel?.ref();
  return child;
}

/** Takes back a process that has answered all requests. */
export function keepProcess(child: ChildProcess): void {
  spare?.kill('SIGKILL');
  spare = child;
  child.unref();
  child.channel?.unref();
  setTimeout(() => {
    if (spare !== child) return;
    spare = undefined;
    child.kill('SIGKILL');
  }, keptMilliseconds).unref();
}

const isAlive = ({ exitCode, signalCode, connected }: ChildProcess): boolean =>
  exitCode === null && signalCode === null && connected;

function start(): ChildProcess {
  const child = fork(join(__dirname, 'reader-process.ts'), [], {
    execArgv: [`--max-old-space-size=${mostMemory}`, '--require', 'tsx/cjs'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Who waits for an answer is told; a fault while nobody does must not end this process.
  child.on('error', () => undefined);
  return child;
}
