import type { DatasetReference, TableReference } from '../model';
import { datasetNotFound } from '../not-found';
import { type DataFolder, type DatasetRecord, readTableFile, type StoredDataset } from './disk/data-folder';
import type { TableState } from './table-state';

/** A dataset with its tables, as it is held in memory. */
export interface DatasetEntry {
  record: DatasetRecord;
  /** By table id; undefined where the file has not been read yet. */
  readonly tables: Map<string, TableState | undefined>;
  /** Commits that are being written: a deletion waits for them. */
  readonly commits: Set<Promise<unknown>>;
  /** Set as soon as its deletion begins: nothing may be committed any more. */
  gone: boolean;
}

/** A dataset that was deleted, and may be undeleted. */
export interface DeletedDataset {
  readonly entry: DatasetEntry;
  /** Where its files are; undefined where it is in memory only. */
  readonly trash: string | undefined;
  /** In milliseconds since 1970. */
  readonly deletedAt: number;
}

/** All datasets of the one project. */
export interface DatasetShelf {
  readonly projectId: string;
  readonly entries: Map<string, DatasetEntry>;
  /** By id, as each was deleted last. */
  readonly deleted: Map<string, DeletedDataset>;
  find(reference: DatasetReference): DatasetEntry | undefined;
  /** @throws BigQueryError `notFound` */
  require(reference: DatasetReference): DatasetEntry;
  /** The table's last committed state, read from its file the first time it is asked for. */
  table(reference: TableReference): TableState | undefined;
}

export function createShelf(
  projectId: string,
  stored: readonly StoredDataset[],
  files: DataFolder | undefined,
): DatasetShelf {
  const entries = new Map(
    stored.map(({ record, tableIds }) => [record.datasetId, entryOf(record, tableIds)]),
  );
  const find = (reference: DatasetReference) =>
    reference.projectId === projectId ? entries.get(reference.datasetId) : undefined;
  return {
    projectId,
    entries,
    deleted: new Map(),
    find,
    require(reference) {
      const entry = find(reference);
      if (entry === undefined) throw datasetNotFound(reference);
      return entry;
    },
    table(reference) {
      const tables = find(reference)?.tables;
      const state = tables?.get(reference.tableId);
      if (tables === undefined || state !== undefined || !tables.has(reference.tableId)) return state;
      if (files === undefined) return undefined;
      const read = readTableFile(files.tableFile(reference.datasetId, reference.tableId));
      tables.set(reference.tableId, read);
      return read;
    },
  };
}

export function entryOf(record: DatasetRecord, tableIds: readonly string[]): DatasetEntry {
  return { record, tables: new Map(tableIds.map((id) => [id, undefined])), commits: new Set(), gone: false };
}
