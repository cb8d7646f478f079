import type { Field, TableReference } from 'local-bigquery/engine';
import type { DefinitionProblem } from '../../../shared/definitions/definition-problems';
import type {
  Check,
  QualityStep,
  QueryDestination,
  TableDestination,
} from '../../../shared/definitions/schemas/pipeline-schema';
import { judgeQuery, type RunSources } from '../../../shared/pipelines/rules/run-sources';
import { type AnalysisContext, destinationOf, type StepPlace } from './analysis-context';

const isColumn = (columns: readonly Field[], name: string): boolean =>
  columns.some((column) => column.name.toLowerCase() === name.toLowerCase());

const noColumn = (name: string, table: string, columns: readonly Field[]): string =>
  `'${name}' is not a column of ${table}, expected any of ${columns.map((column) => column.name).join(', ')}`;

/** Columns that checks name but their table does not have. */
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

/** What a destination says about columns. */
type Layout = Pick<TableDestination, 'table' | 'time_partitioning' | 'clustering'> &
  Partial<Pick<QueryDestination, 'merge_keys'>>;

/** What BigQuery can partition a table by: https://cloud.google.com/bigquery/docs/partitioned-tables */
const partitioningTypes = ['DATE', 'DATETIME', 'TIMESTAMP'];

/** Columns that a table is partitioned, clustered or merged by but does not have, or has in an unfit type. */
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

/** What is said of a table; a warning where it may well be there and nothing else of the text could be checked. */
export interface MissingTable {
  readonly message: string;
  readonly isWarning?: boolean;
}

/**
 * What to do about a table that a step reads and that is not known; undefined when another problem says it.
 */
export function describeMissing(
  table: TableReference,
  place: StepPlace,
  reach: RunSources,
  { projectId, sourceFileOf, makersOf }: AnalysisContext,
): MissingTable | undefined {
  const facts = { projectId, statementType: 'SELECT', tables: [table], others: [] };
  const refused = judgeQuery(reach, facts)[0]?.message;
  if (refused !== undefined) return { message: refused };
  if (table.datasetId !== reach.datasetId || table.projectId !== projectId) {
    const name = `${table.projectId}.${table.datasetId}.${table.tableId}`;
    return {
      message: `the columns of ${name} are not known, expected ${sourceFileOf(table)} (a BigQuery table resource, as bq show --format=prettyjson prints it)`,
    };
  }
  return describeOwn(table.tableId, place, makersOf(table.tableId));
}

function describeOwn(
  table: string,
  { stepId, definition, tables }: StepPlace,
  pipelines: readonly string[],
): MissingTable | undefined {
  const makers = definition.steps.filter((other) => destinationOf(other)?.table === table);
  if (tables.has(table)) {
    const bare = makers.find((other) => other.type === 'load' && other.schema === undefined);
    if (bare === undefined) return undefined;
    const message = `the columns of ${table} are not known, so this is not checked: a schema or a sample_file in step '${bare.id}' would tell them`;
    return { message, isWarning: true };
  }
  const [maker] = makers.filter(({ id }) => id !== stepId);
  if (maker) {
    return {
      message: `table ${table} is made by step '${maker.id}', expected that among the steps it needs`,
    };
  }
  const known = `there is no table ${table}, expected one of ${[...tables.keys()].sort().join(', ')}`;
  const others = pipelines.filter((path) => path !== definition.path);
  if (others.length === 0) return { message: known };
  return { message: `${known}; or needs_pipeline: ${others.join(' or ')}, which makes it` };
}
