import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { freePort } from '../../../support/free-port';

export interface Deployed {
  readonly url: string;
  /** All that it printed until now. */
  readonly output: () => string;
  readonly end: () => Promise<void>;
}

/**
 * Installs a built function as Google's buildpacks do, by `npm ci` and `npm run gcp-build`. Offline: nothing
 * may be downloaded.
 */
export async function installDeployed(directory: string): Promise<void> {
  const npm = (...args: readonly string[]) =>
    promisify(execFile)('npm', [...args, '--quiet'], { cwd: directory, env: baseEnvironment() });
  await npm('ci', '--offline', '--no-fund', '--no-audit');
  await npm('run', 'gcp-build');
}

/**
 * Starts it as they do: the `functions-framework` that npm has put into node_modules, under bash, with the
 * function's name in FUNCTION_TARGET.
 */
export async function startDeployed(
  name: string,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Deployed> {
  const port = await freePort();
  const child = spawn('/bin/bash', ['-c', 'exec node_modules/.bin/functions-framework'], {
    cwd: directory,
    env: { ...baseEnvironment(), ...environment, FUNCTION_TARGET: name, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await untilListening(url, child, () => text);
  return {
    url,
    output: () => text,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const baseEnvironment = () => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  NODE_ENV: 'production',
});

async function untilListening(url: string, child: ChildProcess, output: () => string): Promise<void> {
  while (child.exitCode === null) {
    const isListening = await fetch(`${url}/favicon.ico`).then(
      () => true,
      () => false,
    );
    if (isListening) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It ended with ${child.exitCode}: ${output()}`);
}
