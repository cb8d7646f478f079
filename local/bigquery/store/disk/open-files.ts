import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** A file that is appended to again and again stays open: opening it anew costs more than the write. */
interface OpenFile {
  readonly descriptor: number;
  /** Bytes in the file; undefined after a failure, when only the file itself knows. */
  size: number | undefined;
  /** While it is written to, it must not be closed. */
  isBusy: boolean;
}

const mostOpenFiles = 256;
const files = new Map<string, OpenFile>();
const datasync = promisify(fdatasync);

/**
 * Writes at byte `offset` of a file that is there, cutting off what is behind it first, and resolves when
 * that is durable. The write itself goes to the system's cache and takes microseconds, so it is done at once;
 * what takes time is the disk, and that is waited for. If it fails, the file is cut back to `offset`.
 */
export async function appendToOpenFile(path: string, offset: number, text: string): Promise<void> {
  const file = openFile(path);
  const size = file.size ?? fstatSync(file.descriptor).size;
  file.size = undefined;
  file.isBusy = true;
  try {
    await writeDurably(path, file, size, offset, text);
  } finally {
    file.isBusy = false;
  }
}

async function writeDurably(
  path: string,
  file: OpenFile,
  size: number,
  offset: number,
  text: string,
): Promise<void> {
  if (size < offset) throw new Error(`${path} is shorter than what was committed to it`);
  if (size > offset) ftruncateSync(file.descriptor, offset);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file.descriptor, bytes, written, bytes.length - written, offset + written);
    }
    await datasync(file.descriptor);
    file.size = offset + bytes.length;
  } catch (error) {
    // If this fails too, the next append or the next start cuts the torn tail off.
    try {
      ftruncateSync(file.descriptor, offset);
    } catch {}
    throw error;
  }
}

/**
 * Closes files before they, or a folder of theirs, are replaced, moved or removed: the path then means
 * another file.
 */
export function closeBelow(path: string): void {
  for (const [openPath, { descriptor }] of files) {
    if (openPath !== path && !openPath.startsWith(`${path}/`)) continue;
    files.delete(openPath);
    closeSync(descriptor);
  }
}

function openFile(path: string): OpenFile {
  const known = files.get(path);
  const file = known ?? { descriptor: openSync(path, 'r+'), size: undefined, isBusy: false };
  files.delete(path);
  files.set(path, file);
  for (const [oldest, { isBusy }] of files) {
    if (files.size <= mostOpenFiles) break;
    if (!isBusy && oldest !== path) closeBelow(oldest);
  }
  return file;
}
