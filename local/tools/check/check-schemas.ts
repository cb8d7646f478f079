import { fieldsOfRest, type LocalSqlEngine, startSqlEngine } from 'local-bigquery/engine';
import { inspectPipeline } from '../../../shared/definitions/inspect-pipeline';
import { findPipelineFiles, listMetadataTables } from '../../../shared/definitions/pipelines';
import { loadSchedules } from '../../../shared/definitions/schedules';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { readEnv } from '../../../shared/env';
import { localDefaults } from '../../cloud/options';
import { createCatalog } from './analysis-context';
import { checkPipelines, graphOf } from './check-pipelines';
import { findEventSchemaProblems } from './event-json-schemas';
import { columnsOfSample } from './parquet-samples';
import { findPipelineSchemaProblems } from './pipeline-json-schema';
import { readSourceTables, sourceFileOf } from './source-tables';

export interface SchemaCheckOptions {
  readonly schemasDirectory: string;
  /** What the deployment allows definitions to read. */
  readonly allowedSources: readonly string[];
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
    const inspected = (found?.files ?? []).flatMap(({ file, path }) => {
      const inspection = attempt(() => inspectPipeline(file, path, metadataNames));
      return inspection === undefined ? [] : [{ ...inspection, path }];
    });
    const findings = await checkPipelines(inspected, context);
    problems.push(...findings.problems);
    return {
      pipelines: found?.files.length ?? 0,
      problems: [...new Set(problems)],
      warnings: [...new Set(findings.warnings)],
      graph: graphOf(inspected),
    };
  } finally {
    await engine?.close();
  }
}
