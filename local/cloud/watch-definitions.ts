import { watch } from 'node:fs';
import { join } from 'node:path';

/** An editor writes a file in several steps, and some write it twice. In milliseconds. */
const quietMs = 150;

export interface DefinitionWatch {
  readonly close: () => void;
}

/**
 * Has the definitions of pipelines read again whenever a file of them changes, and says what became of it. Where
 * files cannot be watched, it says so once.
 */
export function watchDefinitions(
  schemasDirectory: string,
  reload: () => Promise<void>,
  say: (line: string) => void,
): DefinitionWatch {
  let pending: NodeJS.Timeout | undefined;
  const readAgain = async () => {
    try {
      await reload();
      say('The definitions of pipelines were read again.');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      say(`The definitions of pipelines stay as they were:\n${problem}`);
    }
  };
  try {
    const watcher = watch(join(schemasDirectory, 'pipelines'), { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => void readAgain(), quietMs);
    });
    watcher.on('error', () => undefined);
    return {
      close: () => {
        clearTimeout(pending);
        watcher.close();
      },
    };
  } catch (error) {
    say(`Changes of definitions are not seen: ${error instanceof Error ? error.message : error}`);
    return { close: () => undefined };
  }
}
