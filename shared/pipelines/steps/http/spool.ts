import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary file that grows page by page. */
export interface Spool {
  readonly length: () => number;
  readonly append: (data: Buffer) => Promise<void>;
  /** Whether the next data would begin in the middle of a line. */
  readonly isInLine: () => boolean;
  /** Cuts it back to an earlier length, at the end of a line. */
  readonly cutBack: (length: number) => Promise<void>;
  /** The file's path; the file is made if nothing was appended. */
  readonly path: () => Promise<string>;
  /** Removes the file. */
  readonly close: () => Promise<void>;
}

const newline = 10;

export function createSpool(): Spool {
  let opened: Promise<{ folder: string; path: string; file: FileHandle }> | undefined;
  let length = 0;
  let last = newline;
  const open = () => {
    opened ??= openFile();
    return opened;
  };
  return {
    length: () => length,
    async append(data) {
      if (data.length === 0) return;
      const { file } = await open();
      await file.write(data, 0, data.length, length);
      length += data.length;
      last = data[data.length - 1] ?? newline;
    },
    isInLine: () => last !== newline,
    async cutBack(to) {
      if (to === length) return;
      const { file } = await open();
      await file.truncate(to);
      length = to;
      last = newline;
    },
    path: async () => (await open()).path,
    async close() {
      if (opened === undefined) return;
      const { folder, file } = await opened;
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openFile() {
  const folder = await mkdtemp(join(tmpdir(), `pages-${process.pid}-`));
  const path = join(folder, 'pages');
  return { folder, path, file: await open(path, 'wx', 0o600) };
}
