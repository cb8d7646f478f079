import type { Cell, Field, Row, TableSnapshot } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import { type Scope, tableKey } from '../scope';
import { prunedRows } from './pruned-rows';

/**
 * BigQuery's sizes of values in bytes (cloud.google.com/bigquery/pricing#data); texts count 2 more than their
 * UTF-8.
 */
const fixedSizes: Readonly<Partial<Record<Field['type'], number>>> = {
  INTEGER: 8,
  FLOAT: 8,
  BOOLEAN: 1,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  DATE: 8,
  DATETIME: 8,
  TIME: 8,
  TIMESTAMP: 8,
  INTERVAL: 16,
  RANGE: 16,
};

/** Columns of varying size are measured on this many rows, spread evenly. */
const sampledRows = 200;

const known = new WeakMap<readonly Row[], Map<number, number>>();

/** The size of the columns that the plans read, over the rows that they look at. */
export function bytesProcessed(plans: readonly QueryPlan[], scope: Scope): number {
  let bytes = 0;
  for (const plan of plans)
    for (const table of plan.tables) {
      const snapshot = table.reference && scope.read(table.reference);
      if (snapshot === undefined) continue;
      const { rows } = prunedRows(table, snapshot, scope);
      for (const index of table.columns) bytes += columnBytes(rows, table.schema[index], index);
    }
  return bytes;
}

/**
 * The size of a whole table, or of the partitions that the plans look at. UPDATE, DELETE, and MERGE with an
 * UPDATE or DELETE clause process all of the table, or of the partitions, that they change, as it was before
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#on-demand_query_size_calculation).
 */
export function tableBytes(table: TableSnapshot, plans: readonly QueryPlan[], scope: Scope): number {
  const { schema } = table;
  const fullName = tableKey(table.reference);
  const planned = plans.flatMap(({ tables }) => tables).filter((each) => each.fullName === fullName);
  const bounds = planned.flatMap((each) => each.bounds);
  const { rows } = bounds.length > 0 ? prunedRows({ bounds }, table, scope) : table;
  return schema.reduce((sum, field, index) => sum + columnBytes(rows, field, index), 0);
}

function columnBytes(rows: readonly Row[], field: Field | undefined, index: number): number {
  if (field === undefined) return 0;
  const sizes = known.get(rows) ?? new Map<number, number>();
  known.set(rows, sizes);
  const seen = sizes.get(index);
  if (seen !== undefined) return seen;
  const size = measured(rows, field, index);
  sizes.set(index, size);
  return size;
}

function measured(rows: readonly Row[], field: Field, index: number): number {
  const step = Math.max(1, Math.floor(rows.length / sampledRows));
  let sampled = 0;
  let bytes = 0;
  for (let at = 0; at < rows.length; at += step) {
    sampled += 1;
    bytes += cellBytes(rows[at]?.[index] ?? null, field);
  }
  return sampled === 0 ? 0 : Math.round((bytes / sampled) * rows.length);
}

function cellBytes(cell: Cell, field: Field): number {
  if (cell === null) return 0;
  if (field.mode === 'REPEATED') {
    const element: Field = { ...field, mode: 'NULLABLE' };
    return elements(cell).reduce<number>((sum, item) => sum + cellBytes(item, element), 0);
  }
  if (field.type === 'RECORD')
    return elements(cell).reduce<number>((sum, item, at) => {
      const inner = field.fields?.[at];
      return inner === undefined ? sum : sum + cellBytes(item, inner);
    }, 0);
  const fixed = fixedSizes[field.type];
  return fixed ?? (typeof cell === 'string' ? Buffer.byteLength(cell, 'utf8') + 2 : 0);
}

function elements(cell: Cell): readonly Cell[] {
  return Array.isArray(cell) ? cell : [];
}
