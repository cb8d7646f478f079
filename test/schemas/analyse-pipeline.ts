import type { Field, SqlEngine, StatementResult } from '../../local/bigquery/model';
import { fieldsOfRest } from '../../local/bigquery/store/rest-schema';
import type { PipelineDefinition, Step } from '../../shared/definitions/pipeline-shape';
import type { TableDefinition } from '../../shared/definitions/tables';
import { findAncestors, findReady } from '../../shared/domain/dag';
import { type QueryParameter, toQueryParameters } from '../../shared/domain/parameters';
import { composeQualityQuery } from '../../shared/pipelines/quality-query';
import type { MemoryTableStore } from '../support/memory-table-store';

const projectId = 'local';

interface Analysis {
  readonly engine: SqlEngine;
  readonly store: MemoryTableStore;
  readonly metadataTables: readonly TableDefinition[];
}

/**
 * What is wrong with a pipeline's SQL, each problem named by its step: every text is analysed by GoogleSQL against the
 * tenant's metadata tables and the tables that the steps it needs have made by then.
 */
export async function analysePipeline(
  definition: PipelineDefinition,
  { engine, store, metadataTables }: Analysis,
): Promise<readonly string[]> {
  const datasetId = definition.path.replace(/\//g, '_');
  const reference = (tableId: string) => ({ projectId, datasetId, tableId });
  for (const { name, schema } of metadataTables) store.addTable(reference(name), fieldsOfRest(schema));

  const problems: string[] = [];
  for (const step of inOrder(definition.steps)) {
    const known = new Set(metadataTables.map((table) => table.name));
    const ancestors = findAncestors(definition.steps, step.id);
    for (const other of definition.steps) {
      const made = destinationOf(other);
      if (ancestors.has(other.id) && made) known.add(made.table);
    }
    const say = (problem: string) => problems.push(`step '${step.id}': ${problem}`);
    try {
      const analysed = await analyseStep(definition, step, engine, datasetId);
      if (analysed) for (const problem of findTrespasses(analysed, known, datasetId)) say(problem);
      const made =
        step.type === 'load' ? step.schema && fieldsOfRest({ fields: step.schema }) : analysed?.schema;
      const destination = destinationOf(step);
      if (destination && made) {
        store.addTable(reference(destination.table), made);
        for (const problem of findLayoutProblems(destination, made)) say(problem);
      }
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  }
  return problems;
}

async function analyseStep(
  definition: PipelineDefinition,
  step: Step,
  engine: SqlEngine,
  datasetId: string,
): Promise<StatementResult | undefined> {
  const parameters = toQueryParameters(definition.parameters, {});
  const analyse = (sql: string, more: readonly QueryParameter[] = []) =>
    engine.analyze({
      sql,
      projectId,
      defaultDataset: { projectId, datasetId },
      parameters: [...parameters, ...more],
    });
  if (step.type === 'load' || step.type === 'notify') return undefined;
  if (step.type === 'query') return await analyse(step.sql);
  if (step.type === 'export') return await analyse(step.sql ?? `SELECT * FROM \`${step.table}\``);
  const query = composeQualityQuery(step);
  return await analyse(query.sql, query.parameters);
}

const destinationOf = (step: Step) => ('destination' in step ? step.destination : undefined);

/** Tables outside the tenant's dataset, or made by no step that this one needs. */
function findTrespasses(
  { referencedTables, statementType }: StatementResult,
  known: ReadonlySet<string>,
  datasetId: string,
): readonly string[] {
  const foreign = referencedTables.filter(
    (table) => table.projectId !== projectId || table.datasetId !== datasetId,
  );
  const unmade = referencedTables.filter((table) => !foreign.includes(table) && !known.has(table.tableId));
  return [
    ...(statementType === 'SELECT'
      ? []
      : [`is a ${statementType}; steps write through their destination only`]),
    ...foreign.map((table) => `reads ${table.datasetId}.${table.tableId}, outside the tenant's dataset`),
    ...unmade.map((table) => `reads ${table.tableId}, which no step it needs has made`),
  ];
}

function findLayoutProblems(
  destination: { time_partitioning?: { field: string } | undefined; clustering?: string[] | undefined },
  schema: readonly Field[],
): readonly string[] {
  const names = new Set(schema.map((field) => field.name));
  const { time_partitioning, clustering = [] } = destination;
  return [...(time_partitioning ? [time_partitioning.field] : []), ...clustering]
    .filter((name) => !names.has(name))
    .map((name) => `destination is laid out by ${name}, which is not among its columns`);
}

function inOrder(steps: readonly Step[]): readonly Step[] {
  const done = new Set<string>();
  const ordered: Step[] = [];
  for (let ready = findReady(steps, done, done); ready.length > 0; ready = findReady(steps, done, done)) {
    for (const step of ready) {
      done.add(step.id);
      ordered.push(step);
    }
  }
  return ordered;
}
