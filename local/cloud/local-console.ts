import { join } from 'node:path';
import { whileCompiling } from './compilers';

export const consoleSources = join(__dirname, '../../console');

/** The console as this machine serves it: built from its sources when somebody asks for it. */
export interface LocalConsole {
  /** Resolves when it is built; the first call builds it. Rejects with what is wrong with its sources. */
  readonly ready: () => Promise<void>;
  /** Builds it again. Rejects with what is wrong with its sources: then it stays as it was. */
  readonly rebuild: () => Promise<void>;
}

/** @param reload has whoever serves the folder read it again */
export function createLocalConsole(
  directory: string,
  reload: () => Promise<void>,
  sourceDirectory = consoleSources,
): LocalConsole {
  let last: Promise<unknown> = Promise.resolve();
  let first: Promise<void> | undefined;
  const build = async (): Promise<void> => {
    // Loaded when it is needed: most clouds of tests have nobody who looks at the console.
    const { buildConsole, writeConsole }: typeof import('../tools/build/build-console') =
      require('../tools/build/build-console');
    const sources = { sourceDirectory, isForDevelopment: true };
    const built = await whileCompiling(() => buildConsole(sources));
    writeConsole(built, directory, { isCompressed: false });
    await reload();
  };
  /** One after another, so that the newest sources win. */
  const rebuild = (): Promise<void> => {
    const building = last.then(build);
    last = building.catch(() => undefined);
    return building;
  };
  const ready = (): Promise<void> => {
    first ??= rebuild().catch((error: unknown) => {
      // Whoever asks next has it built again: the sources may be mended.
      first = undefined;
      throw error;
    });
    return first;
  };
  return { ready, rebuild };
}
