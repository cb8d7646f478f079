import { BigQueryError } from '../../bigquery-error';
import type { TableChange, TableReference, TableSnapshot, TableStore } from '../../model';
import { fullTableName } from '../../store/reference-names';
import { widenRow } from '../../store/schema/schema-change';
import { tableKey, temporaryDataset } from '../scope';

/** What a script sees of a store: besides, it has tables of its own, and may have a transaction open. */
export interface ScriptStore extends TableStore {
  begin(): undefined;
  /**
   * Makes the transaction's changes, all or none of them.
   * @throws BigQueryError if another statement has changed one of its tables meanwhile
   */
  commit(): Promise<undefined>;
  rollback(): undefined;
}

/** A table in a transaction: as it was when the transaction first changed it, and as it is in it. */
interface Touched {
  readonly before: TableSnapshot;
  readonly now: TableSnapshot;
}

export function scriptStore(store: TableStore): ScriptStore {
  const own = new Map<string, TableSnapshot>();
  let transaction: Map<string, Touched> | undefined;
  const isOwn = ({ datasetId }: { readonly datasetId: string }) => datasetId === temporaryDataset;
  const read = (reference: TableReference) => {
    const key = tableKey(reference);
    return isOwn(reference) ? own.get(key) : (transaction?.get(key)?.now ?? store.read(reference));
  };
  return {
    read,
    hasDataset: (reference) => isOwn(reference) || store.hasDataset(reference),
    tablesOf: (reference) => store.tablesOf(reference),
    ...(store.datasets && { datasets: store.datasets }),
    ...(store.createDataset && { createDataset: store.createDataset }),
    ...(store.updateDataset && { updateDataset: store.updateDataset }),
    ...(store.deleteDataset && { deleteDataset: store.deleteDataset }),
    async mutate(reference, decide) {
      if (!isOwn(reference) && transaction === undefined) return store.mutate(reference, decide);
      const key = tableKey(reference);
      const current = read(reference);
      const { change, result } = await decide(current);
      if (change === undefined) return result;
      const next = applied(reference, current, change);
      if (isOwn(reference)) {
        if (next === undefined) own.delete(key);
        else own.set(key, next);
        return result;
      }
      if (current === undefined || next === undefined || !['append', 'replace'].includes(change.kind))
        throw new BigQueryError(
          'invalidQuery',
          `DDL on ${fullTableName(reference)} is not supported in a transaction`,
        );
      const before = transaction?.get(key)?.before ?? current;
      transaction?.set(key, { before, now: next });
      return result;
    },
    begin() {
      if (transaction !== undefined)
        throw new BigQueryError('invalidQuery', 'Transaction is already in progress');
      transaction = new Map();
      return undefined;
    },
    async commit() {
      const touched = [...(requireOpen()?.values() ?? [])];
      transaction = undefined;
      for (const { before } of touched)
        if (store.read(before.reference) !== before) throw concurrent(before.reference);
      for (const { before, now } of touched)
        await store.mutate(before.reference, async (current) => {
          if (current !== before) throw concurrent(before.reference);
          return { change: { kind: 'replace', rows: now.rows }, result: undefined };
        });
      return undefined;
    },
    rollback() {
      requireOpen();
      transaction = undefined;
      return undefined;
    },
  };

  function requireOpen() {
    if (transaction === undefined)
      throw new BigQueryError('invalidQuery', 'There is no transaction in progress');
    return transaction;
  }
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
      return { reference, schema: change.schema, rows: change.rows };
    case 'alter':
      return {
        reference,
        schema: change.schema,
        rows: change.rows ?? rows.map((row) => widenRow(row, schema, change.schema)),
      };
    case 'drop':
      return undefined;
  }
}

const concurrent = (table: TableReference): BigQueryError =>
  new BigQueryError(
    'invalidQuery',
    `Transaction is aborted due to concurrent update against table ${fullTableName(table)}.`,
  );
