import { BigQueryError } from '../../bigquery-error';
import type { Field, Row, TableOptions, TableReference } from '../../model';
import { fullTableName } from '../reference-names';
import { wholeMicros } from '../values/times';

/** A table, and the partition of it that a decorator (`table$20240901`) names. */
export interface DecoratedTable {
  readonly table: TableReference;
  /** The text after the $. */
  readonly partition: string | undefined;
}

/** The table that is meant, without its decorator. */
export function withoutDecorator(reference: TableReference): DecoratedTable {
  const at = reference.tableId.indexOf('$');
  if (at < 0) return { table: reference, partition: undefined };
  const tableId = reference.tableId.slice(0, at);
  return { table: { ...reference, tableId }, partition: reference.tableId.slice(at + 1) };
}

/**
 * Digits of a partition's id by the kind of partitioning:
 * https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_ids
 */
const forms: Readonly<Record<string, string>> = {
  HOUR: 'YYYYMMDDHH',
  DAY: 'YYYYMMDD',
  MONTH: 'YYYYMM',
  YEAR: 'YYYY',
};

type TimePartitioning = NonNullable<TableOptions['timePartitioning']>;

/** Whether a row lies in a partition. */
export type IsInPartition = (row: Row) => boolean;

/**
 * @param table for messages, without its decorator
 * @throws BigQueryError `invalid` where the table has no such partitions (the words of that message are not
 *   confirmed by any document); `notImplemented` for partitions by time of arrival or by ranges
 */
export function partitionOf(
  table: TableReference,
  partition: string,
  schema: readonly Field[],
  { timePartitioning, rangePartitioning }: TableOptions,
): IsInPartition {
  if (rangePartitioning !== undefined || (timePartitioning && timePartitioning.field === undefined)) {
    const message = 'Only partitions by a column of time can be named by a decorator locally.';
    throw new BigQueryError('notImplemented', message);
  }
  if (timePartitioning === undefined) {
    const name = `${fullTableName(table)}$${partition}`;
    const message = `Cannot read partition information from a table that is not partitioned: ${name}`;
    throw new BigQueryError('invalid', message);
  }
  checkForm(partition, timePartitioning);
  const name = timePartitioning.field?.toLowerCase();
  const index = schema.findIndex((field) => field.name.toLowerCase() === name);
  const isTimestamp = schema[index]?.type === 'TIMESTAMP';
  return (row) => {
    const cell = row[index];
    if (typeof cell !== 'string') return false;
    return (isTimestamp ? isoOf(cell) : cell).replace(/\D/g, '').startsWith(partition);
  };
}

/** @throws BigQueryError `invalid` unless all rows lie in the partition */
export function checkInPartition(rows: readonly Row[], isIn: IsInPartition, partition: string): void {
  if (rows.every(isIn)) return;
  throw new BigQueryError(
    'invalid',
    `Some rows belong to different partitions rather than destination partition ${partition}`,
  );
}

function checkForm(partition: string, { type }: TimePartitioning): void {
  const form = forms[type] ?? '';
  if (/^\d+$/.test(partition) && partition.length === form.length && isMoment(partition)) return;
  throw new BigQueryError(
    'invalid',
    `Invalid partition decorator $${partition}: a table partitioned by ${type} takes $${form}.`,
  );
}

function isMoment(digits: string): boolean {
  const [year, month = '01', day = '01', hour = '00'] = [
    digits.slice(0, 4),
    digits.slice(4, 6) || undefined,
    digits.slice(6, 8) || undefined,
    digits.slice(8, 10) || undefined,
  ];
  const text = `${year}-${month}-${day}T${hour}:00:00.000Z`;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

const isoOf = (cell: string): string => {
  const micros = wholeMicros(cell);
  const milliseconds = BigInt(micros) / 1000n;
  const isCut = BigInt(micros) < 0n && BigInt(micros) % 1000n !== 0n;
  return new Date(Number(isCut ? milliseconds - 1n : milliseconds)).toISOString();
};
