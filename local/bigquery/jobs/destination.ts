import { BigQueryError } from '../errors';
import type { Field, Row, TableChange, TableOptions, TableReference, TableSnapshot } from '../model';
import { tableNotFound } from '../store/dataset-shelf';
import { checkTableId, tableName } from '../store/names';
import { mergeSchema } from '../store/schema-change';
import type { Store } from '../store/store';

export interface Destination {
  readonly table: TableReference;
  readonly write: 'WRITE_EMPTY' | 'WRITE_APPEND' | 'WRITE_TRUNCATE';
  readonly create: 'CREATE_IF_NEEDED' | 'CREATE_NEVER';
  readonly options: TableOptions;
}

/**
 * Puts a job's rows into its destination table in one commit, by its write and create disposition.
 * @throws BigQueryError `notFound` (dataset, or table with CREATE_NEVER), `duplicate` (WRITE_EMPTY on a table with
 *   rows), `invalid` (appending rows of another schema)
 */
export async function writeDestination(
  store: Store,
  destination: Destination,
  schema: readonly Field[],
  rows: readonly Row[],
): Promise<void> {
  checkTableId(destination.table.tableId);
  await store.mutate(destination.table, async (current) => ({
    change: changeOf(store, destination, current, schema, rows),
    result: undefined,
  }));
}

function changeOf(
  store: Store,
  { table, write, create, options }: Destination,
  current: TableSnapshot | undefined,
  schema: readonly Field[],
  rows: readonly Row[],
): TableChange {
  if (current === undefined) {
    if (create === 'CREATE_NEVER') throw tableNotFound(table);
    return { kind: 'create', schema, rows, options };
  }
  if (write === 'WRITE_TRUNCATE') {
    const kept = store.table(table)?.definition.options ?? {};
    return { kind: 'create', schema, rows, options: { ...kept, ...options } };
  }
  if (write === 'WRITE_EMPTY' && current.rows.length > 0) {
    throw new BigQueryError('duplicate', `Already Exists: Table ${tableName(table)}`);
  }
  return { kind: 'append', rows: arrange(table, current.schema, schema, rows) };
}

/** Rows with the columns of `schema`, as rows of the table: in its order, null where a column is not given. */
function arrange(
  table: TableReference,
  target: readonly Field[],
  schema: readonly Field[],
  rows: readonly Row[],
): readonly Row[] {
  if (target === schema) return rows;
  const places = target.map((field) =>
    schema.findIndex(({ name }) => name.toLowerCase() === field.name.toLowerCase()),
  );
  checkArranged(table, target, schema, places);
  if (target.length === schema.length && places.every((place, index) => place === index)) return rows;
  return rows.map((row) =>
    places.map((place, index) => row[place] ?? (target[index]?.mode === 'REPEATED' ? [] : null)),
  );
}

function checkArranged(
  table: TableReference,
  target: readonly Field[],
  schema: readonly Field[],
  places: readonly number[],
): void {
  const name = tableName(table);
  const added = schema.find((_, index) => !places.includes(index));
  if (added !== undefined) {
    throw new BigQueryError(
      'invalid',
      `Provided Schema does not match Table ${name}. Cannot add fields (field: ${added.name})`,
    );
  }
  for (const [index, field] of target.entries()) {
    const given = schema[places[index] ?? -1];
    if (given === undefined) {
      if (field.mode !== 'REQUIRED') continue;
      throw new BigQueryError(
        'invalid',
        `Provided Schema does not match Table ${name}. Field ${field.name} is missing in new schema`,
      );
    }
    // A query's columns are NULLABLE whatever they are made of; only the types must agree.
    mergeSchema(name, [{ ...field, mode: given.mode }], [given]);
  }
}
