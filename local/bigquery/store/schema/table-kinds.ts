import type { TableOptions } from '../../model';

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
