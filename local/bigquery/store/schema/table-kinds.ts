import { BigQueryError } from '../../bigquery-error';
import type { TableOptions, TableReference } from '../../model';
import { fullTableName } from '../reference-names';

/** What a table is, as the REST interface calls it. */
export type TableKind = 'TABLE' | 'VIEW' | 'MATERIALIZED_VIEW' | 'SNAPSHOT';

export function tableKindOf(options: TableOptions | undefined): TableKind {
  if (options?.view !== undefined) return 'VIEW';
  if (options?.materializedView !== undefined) return 'MATERIALIZED_VIEW';
  return options?.snapshotDefinition === undefined ? 'TABLE' : 'SNAPSHOT';
}

/** The query that a view stands for. */
export const queryOfView = (options: TableOptions | undefined): string | undefined =>
  options?.view?.query ?? options?.materializedView?.query;

/**
 * For work that is not for all kinds, in BigQuery's words: https://github.com/mozilla/bigquery-etl/issues/1836
 * @throws BigQueryError `invalid` where a table is none of the kinds
 */
export function checkKind(
  reference: TableReference,
  options: TableOptions | undefined,
  kinds: readonly TableKind[],
): void {
  const kind = tableKindOf(options);
  if (kinds.includes(kind)) return;
  throw new BigQueryError(
    'invalid',
    `${fullTableName(reference)} is not allowed for this operation because it is currently a ${kind}.`,
  );
}

/** Kinds that hold rows. */
export const withRows: readonly TableKind[] = ['TABLE', 'SNAPSHOT'];

const routinePrefix = '__routine_';

/** The id of the table that stands for a function or procedure. */
export const routineTableId = (name: string): string => `${routinePrefix}${name}`;

export const isRoutineTable = (tableId: string): boolean => tableId.startsWith(routinePrefix);

/** The routine that such a table stands for; undefined for any other table. */
export const routineOfTableId = (tableId: string): string | undefined =>
  isRoutineTable(tableId) ? tableId.slice(routinePrefix.length) : undefined;
