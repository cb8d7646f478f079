import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';

/** What a process has used since it started. */
export const usageSchema = z.object({
  cpuMs: z.number(),
  /** Requests that it sent to start BigQuery jobs: jobs.query and jobs.insert. */
  bigqueryJobs: z.number(),
  /** Resident memory, at the most since it started. */
  peakMemoryMb: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

export interface Child {
  /** What it said when it was ready. */
  readonly ready: unknown;
  usage(): Promise<Usage>;
  end(): Promise<void>;
}

/** Starts a script of this folder in a process of its own; its first message says that it is ready. Throws where it ends. */
export async function startChild(
  script: 'instance' | 'instant-backend',
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = fork(join(__dirname, `${script}.ts`), [...args], {
    execArgv: ['--require', 'tsx/cjs'],
    env: { ...process.env, LOG_SEVERITY: 'NONE', ...environment },
  });
  const ready = await nextMessage(child);
  return {
    ready,
    usage: async () => {
      child.send('usage');
      return usageSchema.parse(await nextMessage(child));
    },
    end: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`The process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
