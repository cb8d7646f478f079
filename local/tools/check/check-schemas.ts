import { fieldsOfRest, type LocalSqlEngine, startSqlEngine } from 'local-bigquery/engine';
import { inspectPipeline } from '../../../shared/definitions/inspect-pipeline';
import { findPipelineFiles, listMetadataTables } from '../../../shared/definitions/pipelines';
import { loadSchedules } from '../../../shared/definitions/schedules';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { readEnv } from '../../../shared/env';
import { localDefaults } from '../../cloud/options';
import { createCatalog } from './analysis-context';
import { checkPipelines, graphOf, withNeeds } from './check-pipelines';
import { findEventSchemaProblems } from './event-json-schemas';
import { columnsOfSample } from './parquet-samples';
import { findPipelineSchemaProblems } from './pipeline-json-schema';
import { readSourceTables, sourceFileOf } from './source-tables';

export interface SchemaCheckOptions {
  readonly schemasDirectory: string;
  /** What the deployment allows definitions to read. */
  readonly allowedSources: readonly string[];
  /** Unless given, all pipelines: else this one, and those that it needs. */
  readonly onlyPath?: string | undefined;
}

export interface CheckedSchemas {
  readonly pipelines: number;
  /** One line each: file, line and column, what was given and what was expected. */
  readonly problems: readonly string[];
  /** What could not be checked, in the same form. */
  readonly warnings: readonly string[];
  /** Which pipelines need which, as a Mermaid flowchart. */
  readonly graph: string;
}

/**
 * What the deployment allows definitions to read: what the environment says, or else what the local cloud
 * allows.
 */
export const allowedSourcesOf = (environment: NodeJS.ProcessEnv): readonly string[] =>
  readEnv({ ALLOWED_SOURCES: environment.ALLOWED_SOURCES ?? localDefaults.ALLOWED_SOURCES }).ALLOWED_SOURCES;

/** The project that texts are analysed in; names without a project mean it. */
const projectId = 'local';

/** Checks all files of a schemas directory, and all SQL in them with GoogleSQL's analyser. */
export async function checkSchemas({
  schemasDirectory,
  allowedSources,
  onlyPath,
}: SchemaCheckOptions): Promise<CheckedSchemas> {
  const problems: string[] = [];
  const attempt = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DefinitionError') throw error;
      problems.push(...error.message.split('\n'));
      return undefined;
    }
  };
  const tables = attempt(() => loadTables(schemasDirectory)) ?? [];
  attempt(() => loadTiers(schemasDirectory));
  attempt(() => loadSchedules(schemasDirectory));
  const found = attempt(() => findPipelineFiles(schemasDirectory));
  const sources = readSourceTables(schemasDirectory, projectId);
  problems.push(
    ...(found?.problems ?? []),
    ...sources.problems,
    ...findPipelineSchemaProblems(schemasDirectory),
    ...findEventSchemaProblems(schemasDirectory),
  );

  const catalog = createCatalog();
  for (const { reference, schema } of sources.tables) catalog.add(reference, schema);
  const metadataNames = attempt(() => listMetadataTables(schemasDirectory)) ?? new Set<string>();
  const metadataTables = new Map(tables.map(({ name, schema }) => [name, fieldsOfRest(schema)]));
  let engine: LocalSqlEngine | undefined;
  try {
    engine = await startSqlEngine({ store: catalog.store });
    const context: Parameters<typeof checkPipelines>[1] = {
      engine,
      catalog,
      projectId,
      allowedSources,
      metadataTables,
      columnsOfSample: (definition, step) => columnsOfSample(schemasDirectory, definition, step),
      sourceFileOf: (table) => sourceFileOf(schemasDirectory, projectId, table),
    };
    const files = found?.files ?? [];
    const isThere = onlyPath === undefined || files.some(({ path }) => path === onlyPath);
    if (!isThere) problems.push(`${schemasDirectory}/pipelines/${onlyPath}.yaml: there is no such pipeline`);
    const all = files.flatMap(({ file, path }) => {
      const inspection = attempt(() => inspectPipeline(file, path, metadataNames));
      return inspection === undefined ? [] : [{ ...inspection, path }];
    });
    const inspected = onlyPath === undefined ? all : withNeeds(onlyPath, all);
    const findings = await checkPipelines(inspected, context);
    problems.push(...findings.problems);
    return {
      pipelines: onlyPath === undefined ? files.length : inspected.length,
      problems: [...new Set(problems)],
      warnings: [...new Set(findings.warnings)],
      graph: graphOf(inspected),
    };
  } finally {
    await engine?.close();
  }
}
