import type { PartitionDestination } from '../../definitions/schemas/pipeline-schema';
import type { PartitionedTable } from '../../google/bigquery/jobs/job-request';
import type { RunInputs } from '../execution';

/** The table that a step writes to, or the one partition of it that the run's parameters name. */
export function toTable(
  run: Pick<RunInputs, 'parameters'>,
  destination: PartitionDestination,
): PartitionedTable {
  const { partition, ...table } = destination;
  if (partition === undefined || table.time_partitioning === undefined) return table;
  const value = String(run.parameters[partition]);
  return { ...table, partitionId: partitionIdOf(table.time_partitioning.type, value) };
}

/** How a table's time partitioning divides time, in UTC. */
type PartitionType = 'HOUR' | 'DAY' | 'MONTH' | 'YEAR';

const digitsOf: Readonly<Record<PartitionType, number>> = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 };

/**
 * The id of the partition that holds a moment, e.g. 20240901 of a day
 * (https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_ids).
 * @param value a DATE ("2024-09-01") or, in UTC, a TIMESTAMP ("2024-09-01T10:00:00.000000Z")
 */
const partitionIdOf = (type: PartitionType, value: string): string =>
  value.replace(/\D/g, '').slice(0, digitsOf[type]);
