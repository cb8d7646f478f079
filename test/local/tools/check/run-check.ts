import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The part of `npm run check` that looks at definitions. */
export function check(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const command = ['--require', 'tsx/cjs', 'local/tools/check/main.ts', ...args];
  const options = { cwd: root, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}
