import { BigQueryError } from '../../bigquery-error';
import type { Field, TableReference } from '../../model';
import { datasetNotFoundInQuery, tableNotFoundInQuery } from '../../not-found';
import { notImplemented } from '../parse/query-errors';
import { type LocalTable, resolvePath, type Scope, tableKey } from '../scope';
import type { CatalogTable } from './engine-catalog';

/** A table that a text may read, under the path that the text gives it. */
export interface ReachableTable extends CatalogTable {
  readonly reference: TableReference | undefined;
}

export interface ReachableTables {
  readonly tables: readonly ReachableTable[];
  /**
   * Of equal texts with the same key the tables have the same columns, one by one, though they may be those of another
   * dataset.
   */
  readonly key: string;
}

const schemaKeys = new WeakMap<readonly Field[], string>();

function schemaKey(schema: readonly Field[]): string {
  const known = schemaKeys.get(schema);
  if (known !== undefined) return known;
  const key = JSON.stringify(schema);
  schemaKeys.set(schema, key);
  return key;
}

/** The tables that the paths of a text name, as far as they exist. */
export function reachableTables(
  scope: Scope,
  paths: readonly (readonly string[])[],
  locals: readonly LocalTable[],
  target?: TableReference,
): ReachableTables {
  const tables = new Map<string, ReachableTable>();
  for (const local of locals) tables.set(JSON.stringify([local.name]), localTable(local));
  for (const path of paths) {
    const key = JSON.stringify(path);
    if (tables.has(key)) continue;
    const found = storedTable(scope, path, target);
    if (found !== undefined) tables.set(key, found);
  }
  const list = [...tables.values()];
  refuseLookalikes(list);
  return {
    tables: list,
    key: JSON.stringify(
      list.map((table) => [
        table.path,
        list.findIndex(({ fullName }) => fullName === table.fullName),
        table.reference === undefined,
        table.withRowColumn,
        table.valueTable,
        schemaKey(table.schema),
      ]),
    ),
  };
}

function localTable(local: LocalTable): ReachableTable {
  return {
    path: [local.name],
    fullName: local.name,
    schema: local.schema,
    withRowColumn: true,
    valueTable: local.valueTable ?? false,
    reference: local.stored,
  };
}

function storedTable(
  scope: Scope,
  path: readonly string[],
  target?: TableReference,
): ReachableTable | undefined {
  const reference = resolvePath(scope, path);
  const snapshot = reference && scope.read(reference);
  if (reference === undefined || snapshot === undefined || snapshot.options?.routine) return undefined;
  const fullName = tableKey(reference);
  const withRowColumn = target !== undefined && tableKey(target) === fullName;
  return { path, fullName, schema: snapshot.schema, withRowColumn, valueTable: false, reference };
}

/** Table names differ by case in BigQuery, but not in the engine. */
function refuseLookalikes(tables: readonly ReachableTable[]): void {
  const seen = new Map<string, string>();
  for (const { path, fullName } of tables) {
    const folded = path.join('\u0000').toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined && other !== fullName)
      throw new BigQueryError(
        'notImplemented',
        `Tables whose names differ only in case in one statement: ${fullName}`,
      );
    seen.set(folded, fullName);
  }
}

/** What BigQuery says where a path leads to no table. */
export function missingTable(scope: Scope, path: readonly string[]): BigQueryError {
  const name = path.at(-1) ?? '';
  if (name.endsWith('*')) return notImplemented(`The wildcard table ${path.join('.')}`);
  if (name.toUpperCase() === '__TABLES__') return notImplemented(path.join('.'));
  const reference = resolvePath(scope, path);
  if (reference === undefined)
    return new BigQueryError(
      'invalid',
      `Table "${path.join('.')}" must be qualified with a dataset (e.g. dataset.table).`,
    );
  return scope.store.hasDataset(reference)
    ? tableNotFoundInQuery(reference)
    : datasetNotFoundInQuery(reference);
}
