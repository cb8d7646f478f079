import { watch } from 'node:fs';
import { join } from 'node:path';
import { consoleSources } from './local-console';

/** An editor writes a file in several steps, and some write it twice. In milliseconds. */
const quietMs = 150;

export interface FileWatch {
  readonly close: () => void;
}

/** What is said. */
interface Words {
  readonly done: string;
  /** Before what is wrong. */
  readonly kept: string;
  /** Before the reason. */
  readonly notSeen: string;
}

/** Has the definitions of pipelines read again whenever a file of them changes. */
export const watchDefinitions = (
  schemasDirectory: string,
  reload: () => Promise<void>,
  say: (line: string) => void,
): FileWatch =>
  watchFiles(join(schemasDirectory, 'pipelines'), reload, say, {
    done: 'The definitions of pipelines were read again.',
    kept: 'The definitions of pipelines stay as they were:',
    notSeen: 'Changes of definitions are not seen:',
  });

/** Has the console built again whenever one of its sources changes. */
export const watchConsole = (
  rebuild: () => Promise<void>,
  say: (line: string) => void,
  sources = consoleSources,
): FileWatch =>
  watchFiles(sources, rebuild, say, {
    done: 'The console was built again.',
    kept: 'The console stays as it was:',
    notSeen: 'Changes of the console are not seen:',
  });

/** Says what became of each change. Where files cannot be watched, it says so once. */
function watchFiles(
  folder: string,
  react: () => Promise<void>,
  say: (line: string) => void,
  { done, kept, notSeen }: Words,
): FileWatch {
  let pending: NodeJS.Timeout | undefined;
  const reactNow = async () => {
    try {
      await react();
      say(done);
    } catch (error) {
      say(`${kept}\n${messageOf(error)}`);
    }
  };
  try {
    const watcher = watch(folder, { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => void reactNow(), quietMs);
    });
    watcher.on('error', () => undefined);
    return {
      close: () => {
        clearTimeout(pending);
        watcher.close();
      },
    };
  } catch (error) {
    say(`${notSeen} ${messageOf(error)}`);
    return { close: () => undefined };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
