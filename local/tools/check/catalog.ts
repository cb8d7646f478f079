import type { Field, TableReference, TableSnapshot, TableStore } from 'local-bigquery/engine';
import { BigQueryError } from 'local-bigquery/engine';

/** Tables without rows, for the analysis of SQL. */
export interface Catalog {
  readonly store: TableStore;
  readonly add: (reference: TableReference, schema: readonly Field[]) => void;
}

const keyOf = ({ projectId, datasetId, tableId }: TableReference) => `${projectId}.${datasetId}.${tableId}`;

export function createCatalog(): Catalog {
  const tables = new Map<string, TableSnapshot>();
  return {
    add: (reference, schema) => tables.set(keyOf(reference), { reference, schema, rows: [] }),
    store: {
      read: (reference) => tables.get(keyOf(reference)),
      // So that a table that is missing is told by its whole name.
      hasDataset: () => true,
      tablesOf: () => [],
      mutate: async () => {
        throw new BigQueryError('notImplemented', 'Definitions are analysed only.');
      },
    },
  };
}
