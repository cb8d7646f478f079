import type { DatasetReference, Field, TableReference, TableSnapshot, TableStore } from '../model';
import type { TypedValue } from './read-parameters';

/** What a statement sees besides its text. */
export interface Scope {
  readonly projectId: string;
  readonly defaultDataset: DatasetReference | undefined;
  readonly parameters: readonly TypedValue[];
  /** Script variables; names are lower case in the map. */
  readonly variables: Map<string, TypedValue>;
  readonly read: (reference: TableReference) => TableSnapshot | undefined;
  readonly store: TableStore;
  /** In a dry run: what earlier statements of the script would have made of tables, by `tableKey`. */
  readonly foreseen: Map<string, TableSnapshot | undefined>;
  /** Where set: what CURRENT_TIMESTAMP and its like say. */
  readonly now: Date | undefined;
}

/** A table that exists only for one query, under a name without a dataset. */
export interface LocalTable {
  readonly name: string;
  readonly schema: readonly Field[];
  readonly valueTable?: boolean;
  /** The stored table whose rows it shows. */
  readonly stored?: TableReference;
}

/** The hidden column that carries a row's place in its table. */
export const rowColumn = '__row_index';

export function tableKey(reference: TableReference): string {
  return `${reference.projectId}.${reference.datasetId}.${reference.tableId}`;
}

/** The table that a path names, or undefined where it lacks a dataset. */
export function resolvePath(scope: Scope, path: readonly string[]): TableReference | undefined {
  const [first, second, third] = path;
  if (path.length === 3 && first !== undefined && second !== undefined && third !== undefined)
    return { projectId: first, datasetId: second, tableId: third };
  if (path.length === 2 && first !== undefined && second !== undefined)
    return { projectId: scope.projectId, datasetId: first, tableId: second };
  if (path.length === 1 && first !== undefined && scope.defaultDataset !== undefined)
    return { ...scope.defaultDataset, tableId: first };
  return undefined;
}
