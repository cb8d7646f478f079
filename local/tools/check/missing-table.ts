import type { TableReference } from 'local-bigquery/engine';
import { judgeQuery, type RunSources } from '../../../shared/pipelines/rules/allowed-sources';
import { destinationOf, type Place, type Surroundings } from './place';

/** What to do about a table that a step reads and that is not known; undefined where it is told of elsewhere. */
export function describeMissing(
  table: TableReference,
  place: Place,
  reach: RunSources,
  { projectId, sourceFileOf }: Surroundings,
): string | undefined {
  const facts = { projectId, statementType: 'SELECT', tables: [table], routines: [] };
  const refused = judgeQuery(reach, facts)[0]?.message;
  if (refused !== undefined) return refused;
  if (table.datasetId !== reach.datasetId || table.projectId !== projectId) {
    const name = `${table.projectId}.${table.datasetId}.${table.tableId}`;
    return `the columns of ${name} are not known, expected ${sourceFileOf(table)} (a BigQuery table resource, as bq show --format=prettyjson prints it)`;
  }
  return describeOwn(table.tableId, place);
}

function describeOwn(table: string, { stepId, definition, tables }: Place): string | undefined {
  const makers = definition.steps.filter((other) => destinationOf(other)?.table === table);
  if (tables.has(table)) {
    const bare = makers.find((other) => other.type === 'load' && other.schema === undefined);
    return bare && `the columns of ${table} are not known, expected a schema in step '${bare.id}'`;
  }
  const [maker] = makers.filter(({ id }) => id !== stepId);
  if (maker) return `table ${table} is made by step '${maker.id}', expected that among the steps it needs`;
  return `there is no table ${table}, expected one of ${[...tables.keys()].sort().join(', ')}`;
}
