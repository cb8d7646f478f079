import type { Field, PartitionUnit, Row } from '../../model';
import type { QueryParameter } from '../../query-parameters';
import { startSqlEngine } from '../../sql/sql-engine';
import { openStore } from '../../store/store';
import { sharesEngine } from './shares-engine';
import { field } from './test-engine';

export type TimeType = 'TIMESTAMP' | 'DATE' | 'DATETIME';

/** Micros since 1970, as a cell. */
export const microsOf = (text: string): string => String(Date.parse(text) * 1000);

/** An engine over tables that have a column of time and are partitioned by it, or not. */
export async function partitionedTables() {
  const dataset = { projectId: 'local', datasetId: 'ds' };
  const store = openStore({ projectId: 'local' });
  await store.createDataset('ds', 'US', {});
  const engine = await startSqlEngine({ store, sharesEngine });
  return {
    read: (tableId: string) => store.read({ ...dataset, tableId }),
    /** A table with a column of time and another one; without a unit it is not partitioned. */
    make: async (
      tableId: string,
      type: TimeType,
      unit: PartitionUnit | undefined,
      rows: readonly Row[],
    ): Promise<void> => {
      const schema: readonly Field[] = [field('ts', type), field('n', 'INTEGER'), field('text', 'STRING')];
      const options = unit === undefined ? {} : { timePartitioning: { type: unit, field: 'ts' } };
      await store.mutate({ ...dataset, tableId }, async () => ({
        change: { kind: 'create', schema, rows, options },
        result: undefined,
      }));
    },
    add: async (tableId: string, rows: readonly Row[]): Promise<void> => {
      await store.mutate({ ...dataset, tableId }, async () => ({
        change: { kind: 'append', rows },
        result: undefined,
      }));
    },
    run: (sql: string, parameters: readonly QueryParameter[] = []) =>
      engine.run({ sql, projectId: 'local', defaultDataset: dataset, parameters }),
    /** What a dry run says of it. */
    analyze: (sql: string, parameters: readonly QueryParameter[]) =>
      engine.analyze({ sql, projectId: 'local', defaultDataset: dataset, parameters }),
    close: async () => {
      await engine.close();
      await store.close();
    },
  };
}
