import type { Field, Row, TableChange, TableOptions, TableReference, TableSnapshot } from '../model';
import { widenRow } from './schema/schema-change';
import { type IndexedRows, type PartitionIndex, timePartitionsOf } from './schema/time-partitions';

/** What a table is, besides its rows. Times are milliseconds since 1970. */
export interface TableDefinition {
  readonly schema: readonly Field[];
  readonly options: TableOptions;
  readonly creationTime: number;
  /** When schema or options last changed; the etag is made of it. */
  readonly definedTime: number;
}

/** One committed state of a table. */
export interface TableState {
  readonly definition: TableDefinition;
  readonly rows: GrowingRowList;
  /** When rows or definition last changed, in milliseconds since 1970. */
  readonly modifiedTime: number;
  /** Bytes of the table's log that are committed; undefined where that is not known (a failed rewrite). */
  readonly logSize: number | undefined;
  /** How many of the log's commits say only which rows changed. */
  readonly logEdits: number;
  /** Jobs whose effect is in this state; the oldest may be forgotten. */
  readonly jobs: readonly CommittedJob[];
}

/** That a job's effect is in a table. */
export interface CommittedJob {
  readonly job: string;
  readonly kind: RowChange['kind'];
  /** Rows it wrote. */
  readonly rows: number;
}

export type RowChange = Exclude<TableChange, { kind: 'drop' }>;

/** How many committed jobs a table remembers: far more than can be under way on it when a process dies. */
const rememberedJobs = 100;

/** The state after a change, but for its log. @throws Error if there is no table to change. */
export function applyChange(
  current: TableState | undefined,
  change: RowChange,
  time: number,
  job: string | undefined,
): TableState {
  const jobs = withJob(current?.jobs ?? [], change, job);
  const base = { modifiedTime: time, jobs, logSize: 0, logEdits: 0 };
  if (change.kind === 'create') {
    const { schema, options } = change;
    const creationTime = time;
    return {
      ...base,
      definition: { schema, options, creationTime, definedTime: time },
      rows: rowList(change.rows),
    };
  }
  if (current === undefined) throw new Error(`A table that does not exist cannot ${change.kind} rows`);
  const { schema } = change;
  const options = change.kind === 'alter' ? change.options : undefined;
  const definition =
    schema === undefined ? current.definition : redefined(current.definition, schema, options, time);
  if (change.kind === 'replace' || (change.kind === 'alter' && change.rows !== undefined))
    return { ...base, definition, rows: rowList(change.rows ?? []) };
  const rows = widened(current, definition.schema);
  return { ...base, definition, rows: change.kind === 'append' ? rows.append(change.rows) : rows };
}

const redefined = (
  definition: TableDefinition,
  schema: readonly Field[],
  options: TableOptions = definition.options,
  time: number,
): TableDefinition => ({
  ...definition,
  schema,
  options,
  definedTime: Math.max(time, definition.definedTime + 1),
});

/** The rows that are there, in the form of a schema that may be wider. */
function widened(
  { definition: { schema: before }, rows }: TableState,
  schema: readonly Field[],
): GrowingRowList {
  if (sameShape(before, schema)) return rows;
  return rowList(rows.toArray().map((row) => widenRow(row, before, schema)));
}

function withJob(
  jobs: readonly CommittedJob[],
  change: RowChange,
  job: string | undefined,
): readonly CommittedJob[] {
  if (job === undefined) return jobs;
  const rows = change.kind === 'alter' ? 0 : change.rows.length;
  return [...jobs, { job, kind: change.kind, rows }].slice(-rememberedJobs);
}

function sameShape(before: readonly Field[], after: readonly Field[]): boolean {
  return (
    before.length === after.length &&
    before.every((field, index) => sameShape(field.fields ?? [], after[index]?.fields ?? []))
  );
}

const snapshots = new WeakMap<TableState, TableSnapshot>();

/** The state as the SQL engine sees it: one state always gives the same object. */
export function snapshotOf(reference: TableReference, state: TableState): TableSnapshot {
  const known = snapshots.get(state);
  if (known !== undefined) return known;
  const snapshot: TableSnapshot = {
    reference,
    schema: state.definition.schema,
    options: state.definition.options,
    creationTime: state.definition.creationTime,
    modifiedTime: state.modifiedTime,
    get rows() {
      return state.rows.toArray();
    },
    partitions: timePartitionsOf(state.definition.schema, state.definition.options, state.rows.indexed),
  };
  snapshots.set(state, snapshot);
  return snapshot;
}

/**
 * Rows that never change. Appending shares the memory of the list it starts from, so that adding one row does
 * not copy many; the copy is made when somebody reads.
 */
export interface RowList {
  readonly length: number;
  toArray(): readonly Row[];
}

/** A list that can be appended to; only the newest list over a buffer may push into it. */
export interface GrowingRowList extends RowList {
  readonly indexed: IndexedRows;
  append(more: readonly Row[]): GrowingRowList;
}

export function rowList(rows: readonly Row[]): GrowingRowList {
  return listOver([...rows], rows.length);
}

/** @param indexes what was indexed of the buffer so far; it holds for all lists over it */
function listOver(
  buffer: Row[],
  length: number,
  indexes = new Map<string, PartitionIndex>(),
): GrowingRowList {
  let view: readonly Row[] | undefined;
  return {
    length,
    indexed: { buffer, length, indexes },
    toArray() {
      view ??= buffer.slice(0, length);
      return view;
    },
    append(more) {
      const isNewest = buffer.length === length;
      const target = isNewest ? buffer : buffer.slice(0, length);
      for (const row of more) target.push(row);
      return listOver(target, length + more.length, isNewest ? indexes : undefined);
    },
  };
}
