import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorOf } from './disk-errors';

/**
 * Makes a folder and those above it. Where a disk takes no changes, Node says of a nested one that there is no such
 * file (ENOENT); made alone, the first that is missing says why.
 * @throws the operating system's error
 */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    if (systemErrorOf(error)?.code !== 'ENOENT') throw error;
    let missing = path;
    while (!existsSync(dirname(missing)) && dirname(missing) !== missing) missing = dirname(missing);
    mkdirSync(missing);
    mkdirSync(path, { recursive: true });
  }
}
