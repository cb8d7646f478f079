import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appendToOpenFile, closeBelow } from './open-files';

/** The durable file operations of the store. What has resolved survives a crash of process and machine. */
export interface Disk {
  /**
   * Writes `text` at byte `offset`, which must be the end of what is committed: anything behind it is a torn
   * write and is cut off first. If it fails, the file is cut back to `offset`, so that what was there stays
   * as it was.
   */
  append(path: string, offset: number, text: string): Promise<void>;
  /**
   * Puts a new file in place of `path` (which may be absent) in one step: readers find the old text or the
   * new one. A long text may come in pieces, so that it is never in memory as a whole. Resolves to the file's
   * size in bytes.
   */
  replace(path: string, text: string | Iterable<string>): Promise<number>;
  /** Makes a folder, and the entries of it and its parents, durable. */
  makeFolder(path: string): Promise<void>;
  /** Renames a file or folder in one durable step. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file in one durable step. */
  removeFile(path: string): Promise<void>;
  /** Removes a folder with everything in it; a crash may leave part of it. */
  removeFolder(path: string): Promise<void>;
}

/** The file system, through node:fs. */
export const nodeDisk: Disk = {
  append: appendToOpenFile,
  replace,
  async makeFolder(path) {
    const first = await mkdir(path, { recursive: true });
    if (first !== undefined) await syncFolder(dirname(first));
    await syncFolder(dirname(path));
  },
  async move(from, to) {
    closeBelow(from);
    await rename(from, to);
    await syncFolder(dirname(to));
    if (dirname(from) !== dirname(to)) await syncFolder(dirname(from));
  },
  async removeFile(path) {
    closeBelow(path);
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  },
  async removeFolder(path) {
    closeBelow(path);
    await rm(path, { recursive: true, force: true });
  },
};

async function replace(path: string, text: string | Iterable<string>): Promise<number> {
  const temporary = `${path}.tmp`;
  closeBelow(path);
  let size = 0;
  try {
    await withFile(temporary, 'w', async (file) => {
      for (const piece of typeof text === 'string' ? [text] : text) size += await writeAll(file, piece, size);
      await file.datasync();
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
  return size;
}

/** Resolves to how many bytes that were. */
async function writeAll(file: FileHandle, text: string, offset: number): Promise<number> {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    const step = await file.write(bytes, written, bytes.length - written, offset + written);
    written += step.bytesWritten;
  }
  return bytes.length;
}

async function syncFolder(path: string): Promise<void> {
  await withFile(path, 'r', (folder) => folder.sync());
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
