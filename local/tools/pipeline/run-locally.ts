import { runCommandLine } from '../../../client/cli';
import { type LocalCloudPlace, localAddition } from './local-addition';

/**
 * `npm run pipeline` without a process of its own, whatever the environment says. Resolves to the exit code.
 * @param say takes what it would print, whether result or error, line by line
 */
export function runLocally(
  args: readonly string[],
  place: LocalCloudPlace,
  say: (line: string) => void,
): Promise<number> {
  const output = { write: (text: string) => say(text.replace(/\n$/, '')) };
  return runCommandLine(args, {
    program: 'npm run pipeline --',
    environment: {},
    stdout: output,
    stderr: output,
    interrupted: new AbortController().signal,
    readText: () => Promise.reject(new Error('no files are read here')),
    now: Date.now,
    addition: localAddition(place),
  });
}
