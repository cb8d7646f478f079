import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fileNameOf, idOfFileName } from '../reference-names';
import { replay } from '../table-log';
import type { TableState } from '../table-state';

/** The paths on disk: `datasets/<dataset>/dataset.json`, `datasets/<dataset>/<table>.ndjson`, `trash/`. */
export interface DataFolder {
  datasetFolder(datasetId: string): string;
  datasetFile(datasetId: string): string;
  tableFile(datasetId: string, tableId: string): string;
  /** A name that is not taken, for something that is about to be deleted. */
  trashName(): string;
}

const tableSuffix = '.ndjson';

export function dataFolder(root: string): DataFolder {
  const datasetFolder = (id: string) => join(root, 'datasets', nameOf(id));
  return {
    datasetFolder,
    datasetFile: (id) => join(datasetFolder(id), 'dataset.json'),
    tableFile: (datasetId, tableId) => join(datasetFolder(datasetId), nameOf(tableId) + tableSuffix),
    trashName: () => join(root, 'trash', randomUUID()),
  };
}

function nameOf(id: string): string {
  const name = fileNameOf(id);
  if (name === undefined) throw new Error(`"${id}" is too long for a file name`);
  return name;
}

export interface StoredDataset {
  readonly record: DatasetRecord;
  readonly tableIds: readonly string[];
}

/**
 * The datasets of a data folder, after clearing away what a crash left half done: folders of datasets whose
 * creation or deletion was not finished, and temporary files. Rows are not read yet.
 * @throws Error, naming the file, if one cannot be understood.
 */
export function readDataFolder(root: string): StoredDataset[] {
  const trash = join(root, 'trash');
  rmSync(trash, { recursive: true, force: true });
  mkdirSync(trash, { recursive: true });
  const datasets = join(root, 'datasets');
  mkdirSync(datasets, { recursive: true });
  return readdirSync(datasets).flatMap((name) => {
    const stored = readDataset(join(datasets, name), name);
    return stored === undefined ? [] : [stored];
  });
}

function readDataset(folder: string, name: string): StoredDataset | undefined {
  if (idOfFileName(name) === undefined) return undefined;
  const file = join(folder, 'dataset.json');
  if (!existsSync(file)) {
    // Its creation was never acknowledged, so it can hold no table.
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  return {
    record: readRecord(file),
    tableIds: readdirSync(folder).flatMap((entry) => tableIdOf(folder, entry)),
  };
}

function readRecord(file: string): DatasetRecord {
  try {
    return datasetRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function tableIdOf(folder: string, entry: string): string[] {
  if (entry.endsWith('.tmp')) rmSync(join(folder, entry), { force: true });
  if (!entry.endsWith(tableSuffix)) return [];
  const id = idOfFileName(entry.slice(0, -tableSuffix.length));
  return id === undefined ? [] : [id];
}

/** The committed state of a table's file. @throws Error, naming the file, if it is damaged. */
export function readTableFile(file: string): TableState {
  const state = describeFailure(file, () => replay(readFileSync(file)));
  if (state === undefined) throw new Error(`${file} cannot be read: it holds no commit`);
  return state;
}

function describeFailure<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a client may say about a dataset; kept and answered as it was said. */
export const datasetPropertiesSchema = z.object({
  friendlyName: z.string().optional(),
  description: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  access: z.array(z.looseObject({})).optional(),
  defaultTableExpirationMs: z.string().optional(),
  defaultPartitionExpirationMs: z.string().optional(),
  defaultCollation: z.string().optional(),
  isCaseInsensitive: z.boolean().optional(),
  maxTimeTravelHours: z.string().optional(),
  storageBillingModel: z.string().optional(),
});

export type DatasetProperties = z.infer<typeof datasetPropertiesSchema>;

/** A dataset as it is kept in its `dataset.json`. Times are milliseconds since 1970. */
const datasetRecordSchema = z.object({
  datasetId: z.string(),
  location: z.string(),
  properties: datasetPropertiesSchema,
  creationTime: z.number(),
  modifiedTime: z.number(),
});

export type DatasetRecord = Readonly<z.infer<typeof datasetRecordSchema>>;
