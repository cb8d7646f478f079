import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import type { FunctionName } from '../../local/cloud/function-names';
import { compilingOnce } from './server-process';

/** A function in a process of its own, that a test can kill. */
export interface FunctionProcess {
  readonly url: string;
  /** Ends it as a crash would. */
  readonly kill: () => Promise<void>;
}

const readySchema = z.object({ port: z.number() });

/** @throws Error if it ends before it serves */
export async function spawnFunction(
  name: FunctionName,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionProcess> {
  const child = fork(join(__dirname, 'serve-function.ts'), [name], {
    execArgv: ['--require', 'tsx/cjs'],
    env: { ...process.env, LOG_SEVERITY: 'NONE', NODE_OPTIONS: compilingOnce, ...environment },
  });
  const ended = once(child, 'exit');
  const [first]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  const ready = readySchema.safeParse(first);
  if (!ready.success) throw new Error(`The function ${name} ended with ${String(first)}`);
  return {
    url: `http://127.0.0.1:${ready.data.port}`,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
