import { BigQueryError } from '../bigquery-error';
import type { DatasetReference } from '../model';
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

/** The folder is renamed away first: that is the deletion; removing its files afterwards may be cut short. */
export async function deleteDataset(
  files: Files | undefined,
  shelf: DatasetShelf,
  reference: DatasetReference,
  withContents: boolean,
): Promise<void> {
  const entry = shelf.require(reference);
  await close(entry, reference, withContents);
  const { datasetId } = reference;
  if (files !== undefined) {
    const trash = files.folder.trashName();
    try {
      await files.disk.move(files.folder.datasetFolder(datasetId), trash);
    } catch (error) {
      entry.gone = false;
      throw error;
    }
    // The next start clears away whatever is left.
    void files.disk.removeFolder(trash).catch(() => undefined);
  }
  shelf.entries.delete(datasetId);
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
