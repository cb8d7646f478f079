import { AsyncLocalStorage } from 'node:async_hooks';
import { statSync } from 'node:fs';
import type { TableChange, TableReference } from '../model';
import { datasetNotFound, tableNotFound } from '../not-found';
import type { DatasetEntry, DatasetShelf } from './dataset-shelf';
import type { DataFolder } from './disk/data-folder';
import type { Disk } from './disk/disk';
import { editsOf, encodeChange, encodeState, stateLength } from './table-log';
import { applyChange, type CommittedJob, type RowChange, type TableState } from './table-state';

/** Where commits go; absent when everything is kept in memory only. */
export interface Files {
  readonly disk: Disk;
  readonly folder: DataFolder;
}

/** A log is rewritten when it is this many bytes longer than four times what is still valid in it. */
const toleratedGarbage = 256 * 1024;
/** To read a log, each of its edits moves all of the table's rows: so many in all, before it is rewritten. */
const toleratedMoves = 20_000_000;

/**
 * Makes one change to a table, durably, and then visible. If it fails nothing has changed.
 * @throws BigQueryError `notFound` if the dataset, or the table to change, is gone
 */
export async function commitChange(
  files: Files | undefined,
  dataset: DatasetEntry,
  reference: TableReference,
  change: TableChange,
  job: string | undefined,
): Promise<void> {
  if (dataset.gone) throw datasetNotFound(reference);
  const current = dataset.tables.get(reference.tableId);
  if (current === undefined && change.kind !== 'create') throw tableNotFound(reference);
  const work = writeAndShow(files, dataset, reference, current, change, job);
  dataset.commits.add(work);
  try {
    await work;
  } finally {
    dataset.commits.delete(work);
  }
}

async function writeAndShow(
  files: Files | undefined,
  dataset: DatasetEntry,
  reference: TableReference,
  current: TableState | undefined,
  change: TableChange,
  job: string | undefined,
): Promise<void> {
  const { datasetId, tableId } = reference;
  const path = files?.folder.tableFile(datasetId, tableId) ?? '';
  if (change.kind === 'drop') {
    await files?.disk.removeFile(path);
    dataset.tables.delete(tableId);
    return;
  }
  const next = applyChange(current, change, Date.now(), job);
  const rewrite = current?.logSize === undefined || change.kind === 'create';
  try {
    const log = files && (await write(files.disk, path, rewrite, current, next, change, job));
    dataset.tables.set(tableId, { ...next, ...log });
  } catch (error) {
    if (rewrite) await forgetLog(files, dataset, tableId, path, current);
    throw error;
  }
}

/** Writes the change, or where that is better the whole state, and returns the log after it. */
async function write(
  disk: Disk,
  path: string,
  rewrite: boolean,
  current: TableState | undefined,
  next: TableState,
  change: RowChange,
  job: string | undefined,
): Promise<Pick<TableState, 'logSize' | 'logEdits'>> {
  const offset = current?.logSize ?? 0;
  if (!rewrite) {
    const { text, isEdit } = encodeChange(change, current, next, job);
    const logEdits = editsOf(current, isEdit);
    const isBloated =
      change.kind === 'replace' && offset > longestLog(isEdit ? stateLength(next) : text.length);
    if (!isBloated && logEdits * next.rows.length <= toleratedMoves) {
      await disk.append(path, offset, text);
      return { logSize: offset + Buffer.byteLength(text), logEdits };
    }
  }
  return { logSize: await disk.replace(path, encodeState(next)), logEdits: 0 };
}

const longestLog = (valid: number): number => 4 * valid + toleratedGarbage;

/**
 * After a rewrite that failed it is not known which of the two logs is there: the next commit must be a
 * rewrite again, and of a table that did not exist no file may stay.
 */
async function forgetLog(
  files: Files | undefined,
  dataset: DatasetEntry,
  tableId: string,
  path: string,
  current: TableState | undefined,
): Promise<void> {
  if (current !== undefined) dataset.tables.set(tableId, { ...current, logSize: undefined });
  else await files?.disk.removeFile(path).catch(() => undefined);
}

/** Looks for a job's commit, but only in tables whose files were written since the job began. */
export function findCommit(
  shelf: DatasetShelf,
  files: Files | undefined,
  job: string,
  since: number,
): CommittedJob | undefined {
  for (const [datasetId, { tables }] of shelf.entries) {
    for (const tableId of tables.keys()) {
      const file = files?.folder.tableFile(datasetId, tableId);
      if (file !== undefined && statSync(file).mtimeMs < since - clockTolerance) continue;
      const state = shelf.table({ projectId: shelf.projectId, datasetId, tableId });
      const found = state?.jobs.find((committed) => committed.job === job);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** File systems round times. */
const clockTolerance = 5_000;

/**
 * The job for which a commit is made. It travels with the asynchronous context, so that the SQL engine in
 * between need not know of jobs; the store writes its name into the commit.
 */
export interface CommitTag {
  /** Undefined for a job that need not be known after a restart. */
  readonly job: string | undefined;
  /**
   * Called right before a commit.
   * @throws BigQueryError if the job was cancelled: then nothing is committed
   */
  readonly mayCommit: () => void;
}

const context = new AsyncLocalStorage<CommitTag>();

/** Runs `work` so that every commit made within it carries the tag. */
export function asJob<T>(tag: CommitTag, work: () => Promise<T>): Promise<T> {
  return context.run(tag, work);
}

export function currentTag(): CommitTag | undefined {
  return context.getStore();
}
