import type {
  DatasetOptions,
  DatasetReference,
  Field,
  Row,
  TableChange,
  TableReference,
  TableSnapshot,
  TableStore,
} from '../../model';
import { datasetNotFoundInQuery } from '../../not-found';
import { isRoutineTable } from '../../store/schema/table-kinds';

export interface MemoryTableStore extends TableStore {
  /** Makes a dataset. */
  readonly addDataset: (dataset: DatasetReference) => void;
  /** Makes a table, its dataset included. */
  readonly addTable: (reference: TableReference, schema: readonly Field[], rows?: readonly Row[]) => void;
  /** The changes that were committed, in order. */
  readonly changes: readonly { readonly reference: TableReference; readonly change: TableChange }[];
}

/** Tables in memory, for tests of what stands on a store: no disk, but the same order of changes. */
export function memoryTableStore(): MemoryTableStore {
  const datasets = new Set<string>();
  const properties = new Map<string, DatasetOptions>();
  const tables = new Map<string, TableSnapshot>();
  const queues = new Map<string, Promise<unknown>>();
  const changes: { reference: TableReference; change: TableChange }[] = [];

  const read = (reference: TableReference) => tables.get(tableKey(reference));
  const mutate: TableStore['mutate'] = async (reference, decide) => {
    if (!datasets.has(datasetKey(reference))) throw datasetNotFoundInQuery(reference);
    const key = tableKey(reference);
    const before = queues.get(key) ?? Promise.resolve();
    const turn = before.then(async () => {
      const current = tables.get(key);
      const { change, result } = await decide(current);
      if (change !== undefined) {
        changes.push({ reference, change });
        const next = applied(reference, current, change);
        if (next === undefined) tables.delete(key);
        else tables.set(key, next);
      }
      return result;
    });
    queues.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  };
  return {
    read,
    mutate,
    changes,
    hasDataset: (dataset) => datasets.has(datasetKey(dataset)),
    datasets: () =>
      [...datasets].sort().map((key) => ({
        datasetId: key.slice(key.indexOf('.') + 1),
        location: 'US',
        creationTime: 0,
      })),
    async createDataset(datasetId) {
      datasets.add(datasetKey({ projectId: 'local', datasetId }));
    },
    async updateDataset(dataset, decide) {
      properties.set(datasetKey(dataset), decide({ properties: properties.get(datasetKey(dataset)) ?? {} }));
    },
    async deleteDataset(dataset) {
      datasets.delete(datasetKey(dataset));
    },
    tablesOf: (dataset) =>
      [...tables.values()]
        .map((table) => table.reference)
        .filter(
          (reference) => datasetKey(reference) === datasetKey(dataset) && !isRoutineTable(reference.tableId),
        ),
    addDataset: (dataset) => datasets.add(datasetKey(dataset)),
    addTable: (reference, schema, rows = []) => {
      datasets.add(datasetKey(reference));
      tables.set(tableKey(reference), { reference, schema, rows });
    },
  };
}

function applied(
  reference: TableReference,
  current: TableSnapshot | undefined,
  change: TableChange,
): TableSnapshot | undefined {
  const { schema = [], rows = [] } = current ?? {};
  switch (change.kind) {
    case 'append':
      return { reference, schema, rows: [...rows, ...change.rows] };
    case 'replace':
      return { reference, schema, rows: change.rows };
    case 'create':
      return { reference, schema: change.schema, rows: change.rows, options: change.options };
    case 'alter':
      return {
        reference,
        schema: change.schema,
        rows: change.rows ?? rows.map((row) => widened(row, change.schema)),
        options: change.options ?? current?.options ?? {},
      };
    case 'drop':
      return undefined;
  }
}

function widened(row: Row, schema: readonly Field[]): Row {
  return schema.map((field, index) => row[index] ?? (field.mode === 'REPEATED' ? [] : null));
}

function datasetKey({ projectId, datasetId }: DatasetReference): string {
  return `${projectId}.${datasetId}`;
}

function tableKey(reference: TableReference): string {
  return `${datasetKey(reference)}.${reference.tableId}`;
}
