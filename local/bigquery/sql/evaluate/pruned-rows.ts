import type { Cell, FieldType, PartitionUnit, TableSnapshot, TimePartitions } from '../../model';
import { momentOf, nullPartition, partitionIdAt } from '../../store/schema/time-partitions';
import type { BoundValue, ColumnBound } from '../analyse/conditions/bounds';
import type { PlannedTable } from '../analyse/query-plan';
import type { Scope } from '../scope';
import type { RowSource } from './encode-request';
import { cellsOf } from './row-tests';

type PartitionTest = (partition: string) => boolean;

/**
 * The rows of a table that a query looks at: of a table that is partitioned by a column of time, those of the
 * partitions that can meet the query's bounds. The others cannot matter, and count no bytes.
 * https://cloud.google.com/bigquery/docs/querying-partitioned-tables
 */
export function prunedRows(
  { bounds }: Pick<PlannedTable, 'bounds'>,
  snapshot: TableSnapshot,
  scope: Pick<Scope, 'parameters' | 'variables'>,
): RowSource {
  const { partitions, schema } = snapshot;
  const type = partitions && schema[partitions.column]?.type;
  if (partitions === undefined || type === undefined) return { rows: snapshot.rows };
  const tests = bounds.map((ofScan) => scanTest(ofScan, partitions, type, scope));
  const known = tests.filter((test) => test !== undefined);
  // A single read without bounds looks at everything.
  if (known.length < tests.length) return { rows: snapshot.rows };
  return partitions.select((partition) => known.some((test) => test(partition)));
}

/** Which partitions one read of the table looks at; undefined: all. */
function scanTest(
  bounds: readonly ColumnBound[],
  { column, unit }: TimePartitions,
  type: FieldType,
  scope: Pick<Scope, 'parameters' | 'variables'>,
): PartitionTest | undefined {
  const tests = bounds.flatMap((bound) =>
    bound.index === column ? [boundTest(bound, type, unit, scope)] : [],
  );
  if (tests.length === 0) return undefined;
  return (partition) => partition !== nullPartition && tests.every((test) => test(partition));
}

function boundTest(
  { operator, values }: ColumnBound,
  type: FieldType,
  unit: PartitionUnit,
  scope: Pick<Scope, 'parameters' | 'variables'>,
): PartitionTest {
  // Compared with null, nothing holds.
  const cells = values.flatMap((value) => boundCells(value, scope)).filter((cell) => cell !== null);
  const moments = cells.map((cell) => momentOf(cell, type));
  if (moments.some((moment) => moment === undefined)) return () => true;
  const ids = (shift: bigint) =>
    moments.flatMap((moment) => (moment === undefined ? [] : partitionIdAt(moment + shift, unit)));
  // The nearest other value that the column can hold.
  const step = type === 'DATE' ? 86_400_000_000n : 1n;
  switch (operator) {
    case '=': {
      const wanted = new Set(ids(0n));
      return (partition) => wanted.has(partition);
    }
    case '<':
    case '<=': {
      const last = ids(operator === '<' ? -step : 0n);
      return (partition) => last.some((id) => partition <= id);
    }
    case '>':
    case '>=': {
      const first = ids(operator === '>' ? step : 0n);
      return (partition) => first.some((id) => partition >= id);
    }
  }
}

function boundCells(
  value: BoundValue,
  { parameters, variables }: Pick<Scope, 'parameters' | 'variables'>,
): readonly Cell[] {
  return 'variable' in value ? [variables.get(value.variable)?.cell ?? null] : cellsOf(value, parameters);
}
