import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row, StatementResult } from '../../model';
import type { QueryParameter } from '../../query-parameters';
import { type LocalSqlEngine, type SqlEngineOptions, startSqlEngine } from '../../sql/sql-engine';
import { type MemoryTableStore, memoryTableStore } from './memory-table-store';
import { sharesEngine } from './shares-engine';

export const dataset = { projectId: 'local', datasetId: 'ds' };

/** An engine over tables in memory, with `ds` as default dataset. */
export interface TestEngine {
  readonly store: MemoryTableStore;
  readonly engine: LocalSqlEngine;
  readonly table: (tableId: string, schema: readonly Field[], rows?: readonly Row[]) => void;
  readonly run: (sql: string, parameters?: readonly QueryParameter[]) => Promise<StatementResult>;
  readonly analyze: (sql: string, parameters?: readonly QueryParameter[]) => Promise<StatementResult>;
  readonly rows: (sql: string, parameters?: readonly QueryParameter[]) => Promise<readonly Row[]>;
  /** The error that a statement ends with, as `reason: message`. */
  readonly failure: (sql: string, parameters?: readonly QueryParameter[]) => Promise<string>;
  readonly stored: (tableId: string) => readonly Row[];
  readonly close: () => Promise<void>;
}

export async function testEngine(
  now?: () => Date,
  shares = sharesEngine,
  files: Pick<SqlEngineOptions, 'exportRows' | 'loadFiles'> = {},
): Promise<TestEngine> {
  const store = memoryTableStore();
  store.addDataset(dataset);
  const engine = await startSqlEngine({ store, now, sharesEngine: shares, ...files });
  const request = (sql: string, parameters: readonly QueryParameter[]) => ({
    sql,
    projectId: 'local',
    defaultDataset: dataset,
    parameters,
  });
  const run: TestEngine['run'] = (sql, parameters = []) => engine.run(request(sql, parameters));
  return {
    store,
    engine,
    run,
    table: (tableId, schema, rows) => store.addTable({ ...dataset, tableId }, schema, rows),
    analyze: (sql, parameters = []) => engine.analyze(request(sql, parameters)),
    rows: async (sql, parameters) => (await run(sql, parameters)).rows ?? [],
    failure: async (sql, parameters) => {
      try {
        await run(sql, parameters);
      } catch (error) {
        if (error instanceof BigQueryError) return `${error.reason}: ${error.message}`;
        throw error;
      }
      return 'no error';
    },
    stored: (tableId) => store.read({ ...dataset, tableId })?.rows ?? [],
    close: engine.close,
  };
}

export function field(name: string, type: Field['type'], more: Partial<Field> = {}): Field {
  return { name, type, mode: 'NULLABLE', ...more };
}

export function scalar(name: string, type: string, value: string | null): QueryParameter {
  return { name, parameterType: { type }, parameterValue: { value } };
}

export function strings(name: string, values: readonly string[]): QueryParameter {
  return {
    name,
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRING' } },
    parameterValue: { arrayValues: values.map((value) => ({ value })) },
  };
}

/** Cells of one row. */
export function row(...cells: readonly Cell[]): Row {
  return cells;
}
