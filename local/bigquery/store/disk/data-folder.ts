import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { fileNameOf, idOfFileName } from '../reference-names';
import { LogDamage, replay } from '../table-log';
import type { TableState } from '../table-state';
import { damagedFile, lineAt } from './damaged-file';
import { makeFolders } from './make-folders';

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
 * @throws BigQueryError, naming file and line, if one cannot be understood.
 */
export function readDataFolder(root: string): StoredDataset[] {
  const trash = join(root, 'trash');
  rmSync(trash, { recursive: true, force: true });
  makeFolders(trash);
  const datasets = join(root, 'datasets');
  makeFolders(datasets);
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
  const text = readFileSync(file, 'utf8');
  const remedy = `put a copy of the file in its place, or move the folder ${dirname(file)} away: the dataset and its tables are gone then, all others stay.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw damagedFile(file, `it is no JSON: ${why}`, remedy);
  }
  const { data, error } = datasetRecordSchema.safeParse(value);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const why = `${issue?.path.join('.') || 'it'}: ${issue?.message}`;
  throw damagedFile(file, why, remedy);
}

function tableIdOf(folder: string, entry: string): string[] {
  if (entry.endsWith('.tmp')) rmSync(join(folder, entry), { force: true });
  if (!entry.endsWith(tableSuffix)) return [];
  const id = idOfFileName(entry.slice(0, -tableSuffix.length));
  return id === undefined ? [] : [id];
}

/** The committed state of a table's file. @throws BigQueryError, naming file and line, if it is damaged. */
export function readTableFile(file: string): TableState {
  const log = readFileSync(file);
  let state: TableState | undefined;
  try {
    state = replay(log);
  } catch (error) {
    if (!(error instanceof LogDamage)) throw error;
    const { line, byte } = lineAt(log, error.byte);
    const remedy = `put a copy of the file in its place, or cut it there (truncate -s ${byte} ${file}): what was committed from there on is lost then, what stands before stays.`;
    throw damagedFile(
      file,
      `the log is damaged near byte ${byte} (line ${line}): what stands there is neither a row nor a commit that fits its rows`,
      remedy,
    );
  }
  if (state !== undefined) return state;
  const remedy = `put a copy of the file in its place, or move it away: the table is gone then.`;
  throw damagedFile(file, 'it holds no commit', remedy);
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
