import { BigQueryError } from '../bigquery-error';
import type { DatasetReference, TableReference } from '../model';

/** "project:dataset", as BigQuery's messages and ids name a dataset. */
export function fullDatasetName(reference: DatasetReference): string {
  return `${reference.projectId}:${reference.datasetId}`;
}

/** "project:dataset.table", as BigQuery's messages and ids name a table. */
export function fullTableName(reference: TableReference): string {
  return `${fullDatasetName(reference)}.${reference.tableId}`;
}

/** @throws BigQueryError `invalid` unless this is a dataset id BigQuery accepts. */
export function checkDatasetId(id: string): void {
  if (/^[A-Za-z0-9_]{1,1024}$/.test(id) && fileNameOf(id) !== undefined) return;
  throw new BigQueryError(
    'invalid',
    `Invalid dataset ID "${id}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
  );
}

/** @throws BigQueryError `invalid` unless this is a table id BigQuery accepts. */
export function checkTableId(id: string): void {
  if (/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024}$/u.test(id) && fileNameOf(id) !== undefined) return;
  throw new BigQueryError(
    'invalid',
    `Invalid table ID "${id}". Table IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long. Also, Table decorators cannot be used.`,
  );
}

/**
 * The name of the file or folder that holds an id: ids that differ only in case must not meet on a file
 * system that ignores it, so all but small letters, digits, `_` and `-` is percent-encoded. Undefined where
 * it would be too long for a file name.
 */
export function fileNameOf(id: string): string | undefined {
  const encoded = id.replace(/[^a-z0-9_-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return encoded.length > 0 && encoded.length <= 200 ? encoded : undefined;
}

/** The id that a file or folder name stands for, or undefined where the name was not made by `fileNameOf`. */
export function idOfFileName(name: string): string | undefined {
  try {
    const id = decodeURIComponent(name);
    return fileNameOf(id) === name ? id : undefined;
  } catch {
    return undefined;
  }
}
