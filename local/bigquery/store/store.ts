import type { DatasetReference, TableChange, TableReference, TableSnapshot, TableStore } from '../model';
import { createDataset, deleteDataset, undeleteDataset, updateDataset } from './change-datasets';
import { createShelf } from './dataset-shelf';
import { type DatasetProperties, type DatasetRecord, dataFolder, readDataFolder } from './disk/data-folder';
import { type Disk, nodeDisk } from './disk/disk';
import { answerable } from './disk/disk-errors';
import { lockFolder } from './disk/lock-folder';
import { closeBelow } from './disk/open-files';
import { fullTableName } from './reference-names';
import { sizeOfRows } from './schema/field-sizes';
import { isRoutineTable, routineOfTableId } from './schema/table-kinds';
import { commitChange, currentTag, type Files, findCommit } from './table-commits';
import { type CommittedJob, snapshotOf, type TableState } from './table-state';

/**
 * The datasets and tables of one project, with what the REST interface needs beyond the SQL engine's
 * `TableStore`.
 */
export interface Store extends TableStore {
  readonly projectId: string;
  dataset(reference: DatasetReference): DatasetRecord | undefined;
  /** All datasets, by id. */
  datasets(): readonly DatasetRecord[];
  /** @throws BigQueryError `duplicate` */
  createDataset(datasetId: string, location: string, properties: DatasetProperties): Promise<DatasetRecord>;
  /** @throws BigQueryError `notFound`, or what `decide` throws */
  updateDataset(
    reference: DatasetReference,
    decide: (current: DatasetRecord) => DatasetProperties,
  ): Promise<DatasetRecord>;
  /**
   * @throws BigQueryError `notFound`; `resourceInUse` if there are tables and they are not to be deleted with
   *   it
   */
  deleteDataset(reference: DatasetReference, withContents: boolean): Promise<void>;
  /** @throws BigQueryError `duplicate` if there is one of that name; `notFound` if none was deleted */
  undeleteDataset(reference: DatasetReference): Promise<DatasetRecord>;
  /** The functions and procedures of a dataset, by name. */
  routinesOf(reference: DatasetReference): readonly string[];
  /** A table's whole committed state. */
  table(reference: TableReference): TableState | undefined;
  /**
   * Whether a job has committed something to any table since a time (in milliseconds since 1970), and what.
   */
  findCommit(job: string, since: number): CommittedJob | undefined;
  /** Waits for commits under way and releases the data folder. */
  close(): Promise<void>;
}

/** Called for every change of a table, in order, with the table's new state; undefined where it is gone. */
export type OnCommit = (
  reference: TableReference,
  change: TableChange,
  state: TableSnapshot | undefined,
) => void;

export interface StoreOptions {
  readonly projectId: string;
  /** Absent: everything is kept in memory only. */
  readonly dataDirectory?: string | undefined;
  readonly disk?: Disk;
  readonly log?: (line: string) => void;
  readonly onCommit?: OnCommit | undefined;
}

/** @throws Error if another process uses the data folder, or it is damaged */
export function openStore({
  projectId,
  dataDirectory,
  disk = nodeDisk,
  log = () => {},
  onCommit,
}: StoreOptions): Store {
  const unlock = dataDirectory === undefined ? () => {} : lockFolder(dataDirectory);
  try {
    const files: Files | undefined =
      dataDirectory === undefined ? undefined : { disk, folder: dataFolder(dataDirectory) };
    const stored = dataDirectory === undefined ? [] : readDataFolder(dataDirectory);
    const shelf = createShelf(projectId, stored, files?.folder);
    const queue = createKeyedQueue();
    const inOrder = <T>(key: string, work: () => Promise<T>) => queue(key, () => answerable(log, work));
    return {
      projectId,
      dataset: (reference) => shelf.find(reference)?.record,
      datasets: () => [...shelf.entries.values()].map(({ record }) => record).sort(byId),
      createDataset: (id, location, properties) =>
        inOrder(`dataset ${id}`, () => createDataset(files, shelf, id, location, properties)),
      updateDataset: (reference, decide) =>
        inOrder(`dataset ${reference.datasetId}`, () => updateDataset(files, shelf, reference, decide)),
      deleteDataset: (reference, withContents) =>
        inOrder(`dataset ${reference.datasetId}`, () => deleteDataset(files, shelf, reference, withContents)),
      undeleteDataset: (reference) =>
        inOrder(`dataset ${reference.datasetId}`, () => undeleteDataset(files, shelf, reference)),
      table: (reference) => shelf.table(reference),
      read: (reference) => snapshot(reference, shelf.table(reference)),
      hasDataset: (reference) => shelf.find(reference) !== undefined,
      tablesOf: ({ projectId: project, datasetId }) =>
        [...(shelf.find({ projectId: project, datasetId })?.tables.keys() ?? [])]
          .filter((tableId) => !isRoutineTable(tableId))
          .sort()
          .map((tableId) => ({ projectId: project, datasetId, tableId })),
      routinesOf: (reference) =>
        [...(shelf.find(reference)?.tables.keys() ?? [])]
          .flatMap((tableId) => routineOfTableId(tableId) ?? [])
          .sort(),
      async mutate(reference, decide) {
        shelf.require(reference);
        const tag = currentTag();
        return inOrder(`table ${fullTableName(reference)}`, async () => {
          const dataset = shelf.require(reference);
          const { change, result } = await decide(snapshot(reference, shelf.table(reference)));
          if (change === undefined) return result;
          tag?.mayCommit();
          await commitChange(files, dataset, reference, change, tag?.job);
          onCommit?.(reference, change, snapshot(reference, shelf.table(reference)));
          return result;
        });
      },
      findCommit: (job, since) => findCommit(shelf, files, job, since),
      async close() {
        const commits = [...shelf.entries.values()].flatMap((entry) => [...entry.commits]);
        await Promise.allSettled(commits);
        if (dataDirectory !== undefined) closeBelow(dataDirectory);
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

const sizes = new WeakMap<TableState, number>();

/** The logical bytes of a table, by BigQuery's sizes per type. */
export function bytesOf(state: TableState): number {
  let size = sizes.get(state);
  if (size === undefined) {
    size = sizeOfRows(state.rows.toArray(), state.definition.schema);
    sizes.set(state, size);
  }
  return size;
}

function snapshot(reference: TableReference, state: TableState | undefined): TableSnapshot | undefined {
  return state && snapshotOf(reference, state);
}

function byId(left: DatasetRecord, right: DatasetRecord): number {
  return left.datasetId < right.datasetId ? -1 : 1;
}

/**
 * Runs pieces of work with the same key one after the other, in the order they came; different keys at once.
 */
export type KeyedQueue = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<void>>();
  return (key, work) => {
    const previous = tails.get(key);
    const result = previous === undefined ? work() : previous.then(work);
    const tail = result.then(ignore, ignore).then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    tails.set(key, tail);
    return result;
  };
}

function ignore(): void {}
