import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runCommandLine } from './command-line';
import type { Addition } from './surroundings';

/** Does what this process was started for, and sets its exit code. A second Ctrl-C ends it at once. */
export async function runProcess(program: string, addition?: Addition): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  // Whoever reads may have read enough: … | head
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    program,
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    interrupted: controller.signal,
    readText: (name) => (name === '-' ? text(process.stdin) : readFile(name, 'utf8')),
    now: Date.now,
    ...(addition && { addition }),
  });
}
