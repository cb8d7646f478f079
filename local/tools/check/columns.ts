import type { Field } from 'local-bigquery/engine';
import type { DefinitionProblem } from '../../../shared/definitions/definition-problems';
import type {
  Check,
  QualityStep,
  QueryDestination,
  TableDestination,
} from '../../../shared/definitions/schemas/pipeline-schema';

const isColumn = (columns: readonly Field[], name: string): boolean =>
  columns.some((column) => column.name.toLowerCase() === name.toLowerCase());

const noColumn = (name: string, table: string, columns: readonly Field[]): string =>
  `'${name}' is not a column of ${table}, expected any of ${columns.map((column) => column.name).join(', ')}`;

/** Columns that checks name and their table does not have. */
export function findColumnProblems(
  step: QualityStep,
  columns: readonly Field[],
): readonly DefinitionProblem[] {
  return step.checks.flatMap((check, index) =>
    columnsOf(check)
      .filter(({ name }) => !isColumn(columns, name))
      .map(({ name, path }) => ({
        path: ['checks', index, ...path],
        message: noColumn(name, step.table, columns),
      })),
  );
}

function columnsOf(check: Check): readonly { name: string; path: readonly PropertyKey[] }[] {
  if ('column' in check) return [{ name: check.column, path: ['column'] }];
  if (!('columns' in check)) return [];
  return check.columns.map((name, index) => ({ name, path: ['columns', index] }));
}

/** What a destination says of columns. */
type Layout = Pick<TableDestination, 'table' | 'time_partitioning' | 'clustering'> &
  Partial<Pick<QueryDestination, 'merge_keys'>>;

/** What BigQuery can part a table by: https://cloud.google.com/bigquery/docs/partitioned-tables */
const partitioningTypes = ['DATE', 'DATETIME', 'TIMESTAMP'];

/** Columns that a table is laid out or merged by and does not have, or not in a type that it could be laid out by. */
export function findLayoutProblems(
  { table, time_partitioning, ...lists }: Layout,
  columns: readonly Field[],
): readonly DefinitionProblem[] {
  const problems: DefinitionProblem[] = (['clustering', 'merge_keys'] as const).flatMap((list) =>
    (lists[list] ?? []).flatMap((name, index) =>
      isColumn(columns, name)
        ? []
        : [{ path: ['destination', list, index], message: noColumn(name, table, columns) }],
    ),
  );
  if (time_partitioning === undefined) return problems;
  const path = ['destination', 'time_partitioning', 'field'];
  const { field } = time_partitioning;
  const column = columns.find(({ name }) => name.toLowerCase() === field.toLowerCase());
  if (column === undefined) return [...problems, { path, message: noColumn(field, table, columns) }];
  if (partitioningTypes.includes(column.type) && column.mode !== 'REPEATED') return problems;
  const message = `'${field}' is of type ${column.type}, expected one of ${partitioningTypes.join(', ')}`;
  return [...problems, { path, message }];
}
