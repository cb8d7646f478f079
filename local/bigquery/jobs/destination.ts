import { BigQueryError } from '../bigquery-error';
import type { Field, Row, TableChange, TableOptions, TableReference, TableSnapshot } from '../model';
import { tableNotFound } from '../not-found';
import { checkTableId, fullTableName } from '../store/reference-names';
import { checkInPartition, partitionOf, withoutDecorator } from '../store/schema/partitions';
import { mergeSchema, widenRow } from '../store/schema/schema-change';
import { type SchemaUpdate, updatedSchema } from '../store/schema/schema-updates';
import { checkKind } from '../store/schema/table-kinds';
import type { Store } from '../store/store';
import type { QueryRows } from './job';

export interface DestinationTable {
  /** With a decorator, only that partition is written, and the write disposition applies to it alone. */
  readonly table: TableReference;
  readonly write: 'WRITE_EMPTY' | 'WRITE_APPEND' | 'WRITE_TRUNCATE';
  readonly create: 'CREATE_IF_NEEDED' | 'CREATE_NEVER';
  readonly options: TableOptions;
  /** How the rows may change the schema of the table that they are added to. */
  readonly updates?: readonly SchemaUpdate[] | undefined;
}

/**
 * Puts a job's rows into its destination table in one commit, by its write and create disposition.
 * @throws BigQueryError `notFound` (dataset, or table with CREATE_NEVER), `duplicate` (WRITE_EMPTY on a table
 *   with rows), `invalid` (no plain table; appending rows of another schema, or rows that lie outside of the partition)
 */
export async function writeDestination(
  store: Store,
  destination: DestinationTable,
  schema: readonly Field[],
  rows: readonly Row[],
): Promise<void> {
  const { table, partition } = withoutDecorator(destination.table);
  checkTableId(table.tableId);
  checkUpdates(destination, partition);
  await store.mutate(table, async (current) => {
    const options = store.table(table)?.definition.options ?? {};
    checkKind(table, options, ['TABLE']);
    const target = { ...destination, table, current, existing: options };
    const change =
      partition === undefined
        ? changeOf(target, schema, rows)
        : changeOfPartition({ ...target, partition }, schema, rows);
    return { change, result: undefined };
  });
}

/** In BigQuery's words. */
function checkUpdates({ write, updates = [] }: DestinationTable, partition: string | undefined): void {
  if (updates.length === 0 || write === 'WRITE_APPEND') return;
  if (write === 'WRITE_TRUNCATE' && partition !== undefined) return;
  throw new BigQueryError(
    'invalid',
    'Schema update options should only be specified with WRITE_APPEND disposition, or with WRITE_TRUNCATE disposition on a table partition.',
  );
}

interface WriteTarget extends DestinationTable {
  readonly current: TableSnapshot | undefined;
  /** Of the table that is there. */
  readonly existing: TableOptions;
}

function changeOf(
  { table, write, create, options, updates, current, existing }: WriteTarget,
  schema: readonly Field[],
  rows: readonly Row[],
): TableChange {
  if (current === undefined) {
    if (create === 'CREATE_NEVER') throw tableNotFound(table);
    return { kind: 'create', schema, rows, options };
  }
  if (write === 'WRITE_TRUNCATE') {
    return { kind: 'create', schema, rows, options: { ...existing, ...options } };
  }
  if (write === 'WRITE_EMPTY' && current.rows.length > 0) throw alreadyExists(fullTableName(table));
  const target = updatedSchema(current.schema, schema, updates);
  const rowsOfTable = arrange(table, target, schema, rows);
  return { kind: 'append', rows: rowsOfTable, ...(target !== current.schema && { schema: target }) };
}

/** Leaves the table's other partitions as they are. */
function changeOfPartition(
  target: WriteTarget & { readonly partition: string },
  schema: readonly Field[],
  rows: readonly Row[],
): TableChange {
  const { table, partition, write, create, options, updates, current, existing } = target;
  if (current === undefined) {
    if (create === 'CREATE_NEVER') throw tableNotFound(table);
    if (options.timePartitioning === undefined) throw noPartitioning();
    checkInPartition(rows, partitionOf(table, partition, schema, options), partition);
    return { kind: 'create', schema, rows, options };
  }
  const isIn = partitionOf(table, partition, current.schema, existing);
  checkSamePartitioning(options, existing);
  const wider = updatedSchema(current.schema, schema, updates);
  const change = wider === current.schema ? {} : { schema: wider };
  const arranged = arrange(table, wider, schema, rows);
  checkInPartition(arranged, isIn, partition);
  if (write === 'WRITE_TRUNCATE') {
    const others = current.rows.filter((row) => !isIn(row));
    const kept =
      wider === current.schema ? others : others.map((row) => widenRow(row, current.schema, wider));
    return { kind: 'replace', rows: [...kept, ...arranged], ...change };
  }
  if (write === 'WRITE_EMPTY' && current.rows.some(isIn))
    throw alreadyExists(`${fullTableName(table)}$${partition}`);
  return { kind: 'append', rows: arranged, ...change };
}

function checkSamePartitioning(given: TableOptions, existing: TableOptions): void {
  const [wanted, present] = [given.timePartitioning, existing.timePartitioning];
  if (wanted === undefined || present === undefined) return;
  const [input, expected] = [intervalOf(wanted), intervalOf(present)];
  if (input.toLowerCase() === expected.toLowerCase()) return;
  throw new BigQueryError(
    'invalid',
    `Incompatible table partitioning specification. Expects partitioning specification ${expected}, but input partitioning specification is ${input}`,
  );
}

const intervalOf = ({ type, field }: NonNullable<TableOptions['timePartitioning']>): string =>
  `interval(type:${type.toLowerCase()},field:${field ?? ''})`;

const alreadyExists = (name: string): BigQueryError =>
  new BigQueryError('duplicate', `Already Exists: Table ${name}`);

const noPartitioning = (): BigQueryError =>
  new BigQueryError(
    'invalid',
    'Partitioning specification must be provided in order to create partitioned table',
  );

/** The rows of a table, or of the partition that a decorator names; undefined where there is no table. */
export function rowsOfDestination(store: Store, destination: TableReference): QueryRows | undefined {
  const { table, partition } = withoutDecorator(destination);
  const state = store.table(table);
  if (state === undefined) return undefined;
  const { schema, options } = state.definition;
  const rows = state.rows.toArray();
  if (partition === undefined) return { schema, rows };
  return { schema, rows: rows.filter(partitionOf(table, partition, schema, options)) };
}

/** Rows of `schema` as rows of the table: its order of columns, null where a column is not given. */
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
  const name = fullTableName(table);
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
