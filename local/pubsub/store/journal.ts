import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type JournalRecord, readJournal } from './journal-records';

const fileName = 'pubsub.journal';
/** How long a record that nobody waits for may stay in memory before it is written. */
const lazyWriteMs = 20;
const chunkBytes = 1024 * 1024;
/** The pause before a failed write is tried again: the disk may have room by then. */
const retryMs = 1_000;

/** Opens a file as node:fs does; a parameter, so that tests can pretend that the disk is full. */
export type OpenFile = typeof open;

/**
 * An append-only file. The caller changes its state and appends the record in the same turn of the event
 * loop, so that a snapshot taken at any time covers everything appended before.
 */
export type Journal = {
  /** Takes a record. Without a `commit` it is written soon, but a crash may lose it. */
  append(record: JournalRecord): void;
  /** Resolves when everything appended so far is on disk. Calls made at the same time share one fsync. */
  commit(): Promise<void>;
  /** Writes and syncs what is left. */
  close(): Promise<void>;
};

/** Keeps nothing; for servers that run in memory only. */
export const noJournal: Journal = {
  append: () => {},
  commit: async () => {},
  close: async () => {},
};

/**
 * A change could not be written. The journal goes on trying, so what is in memory reaches the disk in the
 * end.
 */
export class JournalFailure extends Error {
  override readonly name = 'JournalFailure';
}

export type JournalOptions = {
  log?: ((line: string) => void) | undefined;
  /** How the journal's files are opened; node:fs's own unless given. */
  openFile?: OpenFile | undefined;
  /**
   * How far the journal may grow before it is rewritten, unless the last snapshot was larger; 8 MiB unless
   * given.
   */
  compactAfterBytes?: number | undefined;
};

/**
 * Reads the journal of `directory` record by record into `apply`, rewrites it from `snapshot` and opens it
 * for appending. It is rewritten again each time it has grown by `compactAfterBytes` and by more than the
 * last snapshot.
 * @throws Error when the journal holds a line that is not a record, other than a last one torn by a crash; or
 *   that names the directory when it cannot be written, on a full disk for example
 */
export const openJournal = async (
  directory: string,
  apply: (record: JournalRecord) => void,
  snapshot: () => Iterable<JournalRecord>,
  { log = () => {}, openFile = open, compactAfterBytes = 8 * 1024 * 1024 }: JournalOptions = {},
): Promise<Journal> => {
  const path = join(directory, fileName);
  const opened = makeFolder(directory)
    .then(() => readJournal(path, apply))
    .then(() => writeSnapshot(openFile, directory, path, snapshot()));
  let { file, size: snapshotSize } = await opened.catch((error: unknown) => {
    throw inWords(error, directory);
  });
  let grown = 0;
  let pending: string[] = [];
  let waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  let flushing: Promise<void> | undefined;
  let lazyTimer: NodeJS.Timeout | undefined;
  let failure: JournalFailure | undefined;

  const compact = async (): Promise<void> => {
    pending = [];
    const next = await writeSnapshot(openFile, directory, path, snapshot());
    await file.close().catch(() => {});
    ({ file, size: snapshotSize } = next);
    grown = 0;
  };

  const writePending = async (sync: boolean): Promise<void> => {
    const bytes = Buffer.from(pending.join(''));
    pending = [];
    grown += bytes.length;
    await file.appendFile(bytes);
    if (sync) await file.datasync();
  };

  const flushOnce = async (): Promise<void> => {
    const served = waiting;
    waiting = [];
    try {
      // After a failed write nobody knows where the file ends: only a whole new file can be trusted.
      if (failure || grown > Math.max(compactAfterBytes, snapshotSize)) await compact();
      else await writePending(served.length > 0);
      if (failure) log('Pub/Sub can write its journal again');
      failure = undefined;
      for (const { resolve } of served) resolve();
    } catch (error) {
      if (!failure)
        log(`Pub/Sub cannot write its journal: ${error instanceof Error ? error.message : error}`);
      failure = new JournalFailure('the journal cannot be written', { cause: error });
      for (const { reject } of served) reject(failure);
    }
  };

  const flush = async (): Promise<void> => {
    clearTimeout(lazyTimer);
    lazyTimer = undefined;
    do await flushOnce();
    while (waiting.length > 0);
    flushing = undefined;
    if (failure) scheduleWrite(retryMs);
    else if (pending.length > 0) scheduleWrite(lazyWriteMs);
  };

  const scheduleWrite = (ms: number): void => {
    lazyTimer ??= setTimeout(() => {
      flushing ??= flush();
    }, ms);
  };

  const append = (record: JournalRecord): void => {
    pending.push(`${JSON.stringify(record)}\n`);
    if (!flushing) scheduleWrite(lazyWriteMs);
  };

  const commit = (): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      // Commits of the same turn of the event loop share one write.
      flushing ??= Promise.resolve().then(flush);
    });

  const close = async (): Promise<void> => {
    await commit().finally(async () => {
      clearTimeout(lazyTimer);
      await file.close();
    });
  };

  return { append, commit, close };
};

/**
 * Makes a folder and those above it. Where a disk takes no changes, Node says of a nested one that there is no such
 * file (ENOENT); made alone, it says why.
 */
const makeFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(path);
  });
};

/** A start's failure. The old journal stays until a new one is whole, so a disk that takes no more loses nothing. */
const inWords = (error: unknown, directory: string): unknown => {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const isFull = 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  const meaning = isFull ? `the disk is full (${error.message})` : error.message;
  return new Error(
    `The local Pub/Sub cannot start in ${directory}: ${meaning}. Nothing is lost: what was there is kept. Make room or let it write there, then start it again.`,
    { cause: error },
  );
};

/** Writes a new journal beside the old one and then replaces it; the old one stays whole until then. */
const writeSnapshot = async (
  openFile: OpenFile,
  directory: string,
  path: string,
  records: Iterable<JournalRecord>,
): Promise<{ file: FileHandle; size: number }> => {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await openFile(temporary, 'a');
  try {
    const size = await writeRecords(file, records);
    await file.sync();
    await rename(temporary, path);
    await syncDirectory(directory);
    return { file, size };
  } catch (error) {
    await file.close();
    // Do not let this file keep a full disk full.
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
};

const writeRecords = async (file: FileHandle, records: Iterable<JournalRecord>): Promise<number> => {
  let size = 0;
  let chunk = '';
  const writeChunk = async (): Promise<void> => {
    const bytes = Buffer.from(chunk);
    chunk = '';
    size += bytes.length;
    await file.appendFile(bytes);
  };
  for (const record of records) {
    chunk += `${JSON.stringify(record)}\n`;
    if (chunk.length >= chunkBytes) await writeChunk();
  }
  await writeChunk();
  return size;
};

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
};
