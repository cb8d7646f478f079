import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

export interface LoadedBundle {
  /** Starts functions-framework with the function of the bundle. */
  readonly start: () => void;
  /** What has been compiled so far, to be kept in `cacheFileOf(file)`. */
  readonly createCache: () => Buffer;
}

export const cacheFileOf = (file: string): string => `${file}.cache`;

/**
 * Loads a bundle (which is ASCII) as Node would, but with the compiled code beside it, if there is any. V8
 * accepts that only from its own version with the same flags, and otherwise compiles as usual. V8
 * compares only the source's length, so a new build of a bundle must never keep an old cache.
 * https://nodejs.org/docs/latest-v20.x/api/vm.html#new-vmscriptcode-options
 */
export function loadBundle(file: string): LoadedBundle {
  const cacheFile = cacheFileOf(file);
  const script = new Script(
    `(function (exports, require, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`,
    {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(existsSync(cacheFile) ? { cachedData: readFileSync(cacheFile) } : {}),
    },
  );
  const exports: { start?: () => void } = {};
  script.runInThisContext()(exports, createRequire(file), file, dirname(file));
  const { start } = exports;
  if (start === undefined) throw new Error(`${file}: expected a bundle with a start of its own`);
  return { start, createCache: () => script.createCachedData() };
}
