import { BigQueryError } from '../bigquery-error';
import type { DatasetReference } from '../model';
import { datasetNotFound } from '../not-found';
import { type DatasetEntry, type DatasetShelf, entryOf } from './dataset-shelf';
import type { DatasetProperties, DatasetRecord } from './disk/data-folder';
import { fullDatasetName } from './reference-names';
import type { Files } from './table-commits';

/** A dataset exists once its `dataset.json` does: a folder without it is cleared away at the next start. */
export async function createDataset(
  files: Files | undefined,
  shelf: DatasetShelf,
  datasetId: string,
  location: string,
  properties: DatasetProperties,
): Promise<DatasetRecord> {
  if (shelf.entries.has(datasetId)) {
    const name = fullDatasetName({ projectId: shelf.projectId, datasetId });
    throw new BigQueryError('duplicate', `Already Exists: Dataset ${name}`);
  }
  const now = Date.now();
  const record: DatasetRecord = { datasetId, location, properties, creationTime: now, modifiedTime: now };
  await files?.disk.makeFolder(files.folder.datasetFolder(datasetId));
  await writeRecord(files, record);
  shelf.entries.set(datasetId, entryOf(record, []));
  await forget(files, shelf, datasetId);
  return record;
}

export async function updateDataset(
  files: Files | undefined,
  shelf: DatasetShelf,
  reference: DatasetReference,
  decide: (current: DatasetRecord) => DatasetProperties,
): Promise<DatasetRecord> {
  const entry = shelf.require(reference);
  const { record } = entry;
  const modifiedTime = Math.max(Date.now(), record.modifiedTime + 1);
  const next = { ...record, properties: decide(record), modifiedTime };
  await writeRecord(files, next);
  entry.record = next;
  return next;
}

/**
 * The folder is renamed away: that is the deletion. It is kept for as long as it may be undeleted, but no longer
 * than this process lives: the next start clears away whatever is left.
 */
export async function deleteDataset(
  files: Files | undefined,
  shelf: DatasetShelf,
  reference: DatasetReference,
  withContents: boolean,
): Promise<void> {
  const entry = shelf.require(reference);
  await close(entry, reference, withContents);
  const { datasetId } = reference;
  const trash = files?.folder.trashName();
  if (files !== undefined && trash !== undefined) {
    try {
      await files.disk.move(files.folder.datasetFolder(datasetId), trash);
    } catch (error) {
      entry.gone = false;
      throw error;
    }
  }
  shelf.entries.delete(datasetId);
  const deletedAt = Date.now();
  // In the order in which they were deleted.
  for (const [id, { deletedAt: at }] of shelf.deleted) {
    const isOver = deletedAt - at > undeletableMs || shelf.deleted.size >= mostDeleted;
    if (id === datasetId || isOver) await forget(files, shelf, id);
  }
  shelf.deleted.set(datasetId, { entry, trash, deletedAt });
}

/** The time travel window, as BigQuery has it unless a dataset says otherwise. */
const undeletableMs = 7 * 24 * 60 * 60 * 1000;
/** What is deleted takes room: so many datasets at most can be undeleted. */
const mostDeleted = 100;

/**
 * Brings back a dataset as it was when it was deleted last, unless another of its name was made meanwhile.
 * https://cloud.google.com/bigquery/docs/restore-deleted-datasets
 */
export async function undeleteDataset(
  files: Files | undefined,
  shelf: DatasetShelf,
  reference: DatasetReference,
): Promise<DatasetRecord> {
  const { datasetId } = reference;
  if (shelf.entries.has(datasetId))
    throw new BigQueryError('duplicate', `Already Exists: Dataset ${fullDatasetName(reference)}`);
  const deleted = reference.projectId === shelf.projectId ? shelf.deleted.get(datasetId) : undefined;
  if (deleted === undefined || Date.now() - deleted.deletedAt > undeletableMs)
    throw datasetNotFound(reference);
  const { entry, trash } = deleted;
  if (trash !== undefined) await files?.disk.move(trash, files.folder.datasetFolder(datasetId));
  entry.gone = false;
  shelf.entries.set(datasetId, entry);
  shelf.deleted.delete(datasetId);
  return entry.record;
}

/** Of what cannot be undeleted any more nothing is kept. What a failure leaves the next start clears away. */
async function forget(files: Files | undefined, shelf: DatasetShelf, datasetId: string): Promise<void> {
  const trash = shelf.deleted.get(datasetId)?.trash;
  shelf.deleted.delete(datasetId);
  if (trash !== undefined) await files?.disk.removeFolder(trash).catch(() => undefined);
}

/** Waits for the commits that are open, and refuses further ones. */
async function close(entry: DatasetEntry, reference: DatasetReference, withContents: boolean): Promise<void> {
  if (withContents) entry.gone = true;
  while (entry.commits.size > 0) await Promise.allSettled(entry.commits);
  if (!withContents && entry.tables.size > 0) {
    throw new BigQueryError('resourceInUse', `Dataset ${fullDatasetName(reference)} is still in use`);
  }
  entry.gone = true;
}

async function writeRecord(files: Files | undefined, record: DatasetRecord): Promise<void> {
  await files?.disk.replace(files.folder.datasetFile(record.datasetId), `${JSON.stringify(record)}\n`);
}
