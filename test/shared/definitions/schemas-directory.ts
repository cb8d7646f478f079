import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes files (by path inside schemas/) into a fresh directory and gives it to the callback; removed afterwards. */
export function withSchemas<T>(files: Readonly<Record<string, string>>, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The message of the DefinitionError that `load` throws. Fails the test if it throws something else, or nothing. */
export function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof Error && error.name === 'DefinitionError') return error.message;
    throw error;
  }
  throw new Error('expected a DefinitionError, got none');
}
