import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { damagedFile, lineAt } from '../store/disk/damaged-file';
import type { Disk } from '../store/disk/disk';
import { makeFolders } from '../store/disk/make-folders';

/** Where a line of the log is. */
export interface LinePlace {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** An append-only log in files that are dropped whole when they are old. */
export interface JobLog {
  /** Resolves when the line is on disk. Lines that arrive during a write go together in the next one. */
  append(line: string): Promise<LinePlace>;
  read(place: LinePlace): Promise<string>;
}

const fileBytes = 8 * 1024 * 1024;
const keptMilliseconds = 48 * 60 * 60 * 1000;

interface Waiting {
  readonly line: string;
  readonly resolve: (place: LinePlace) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens the log in a folder and passes each of its lines to `visit`. Files last written two days ago are
 * removed; a torn last line was never acknowledged and is left out.
 */
export function openJobLog(
  folder: string,
  disk: Disk,
  visit: (line: string, place: LinePlace) => void,
  now: () => number = Date.now,
): JobLog {
  makeFolders(folder);
  for (const file of filesOf(folder)) {
    if (now() - statSync(file).mtimeMs > keptMilliseconds) rmSync(file);
    else visitLines(file, visit);
  }
  let file: string | undefined;
  let size = 0;
  let waiting: Waiting[] = [];
  let writing = false;

  /** Each process begins a file of its own, so that it never writes behind another's torn line. */
  async function writeWaiting(): Promise<void> {
    const batch = waiting;
    waiting = [];
    try {
      if (file === undefined || size > fileBytes) {
        file = await beginFile(folder, disk, now());
        size = 0;
        dropOld(folder, now());
      }
      await disk.append(file, size, batch.map(({ line }) => `${line}\n`).join(''));
      for (const { line, resolve } of batch) {
        const length = Buffer.byteLength(line);
        resolve({ file, offset: size, length });
        size += length + 1;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function drain(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) await writeWaiting();
    writing = false;
  }

  return {
    append: (line) =>
      new Promise((resolve, reject) => {
        waiting.push({ line, resolve, reject });
        void drain();
      }),
    async read({ file: path, offset, length }) {
      const handle = await open(path, 'r');
      try {
        const bytes = Buffer.alloc(length);
        await handle.read(bytes, 0, length, offset);
        return bytes.toString('utf8');
      } finally {
        await handle.close();
      }
    },
  };
}

function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{15}\.ndjson$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function visitLines(file: string, visit: (line: string, place: LinePlace) => void): void {
  const bytes = readFileSync(file);
  for (
    let offset = 0, end = bytes.indexOf(10);
    end !== -1;
    offset = end + 1, end = bytes.indexOf(10, offset)
  ) {
    try {
      visit(bytes.toString('utf8', offset, end), { file, offset, length: end - offset });
    } catch {
      const remedy = `move the file away: jobs of the last two days are not known then, and tables stay as they are.`;
      const { line } = lineAt(bytes, offset);
      throw damagedFile(file, `line ${line} (byte ${offset}) is no job`, remedy);
    }
  }
}

/** Files have growing numbers as names, so that they are read in the order they were written. */
async function beginFile(folder: string, disk: Disk, time: number): Promise<string> {
  const last = Number(
    filesOf(folder).at(-1)?.slice(-'000000000000000.ndjson'.length, -'.ndjson'.length) ?? 0,
  );
  const file = join(folder, `${String(Math.max(time, last + 1)).padStart(15, '0')}.ndjson`);
  await disk.replace(file, '');
  return file;
}

function dropOld(folder: string, time: number): void {
  for (const file of filesOf(folder)) {
    if (time - statSync(file).mtimeMs > keptMilliseconds) rmSync(file, { force: true });
  }
}
