import { fieldsOfRest, type LocalSqlEngine, startSqlEngine } from 'local-bigquery/engine';
import { inspectPipeline } from '../../../shared/definitions/inspect-pipeline';
import { findPipelineFiles, listMetadataTables } from '../../../shared/definitions/pipelines';
import { loadSchedules } from '../../../shared/definitions/schedules';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { readEnv } from '../../../shared/env';
import { localDefaults } from '../../cloud/options';
import { analysePipeline } from './analyse-pipeline';
import { type AnalysisContext, createCatalog } from './analysis-context';
import { findEventSchemaProblems } from './event-json-schemas';
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
    const context: AnalysisContext = {
      engine,
      catalog,
      projectId,
      allowedSources,
      metadataTables,
      sourceFileOf: (table) => sourceFileOf(schemasDirectory, projectId, table),
    };
    for (const { file, path } of found?.files ?? []) {
      const inspected = attempt(() => inspectPipeline(file, path, metadataNames));
      if (inspected === undefined) continue;
      const { definition, unread, describe } = inspected;
      const analysed = definition && (await analysePipeline(definition, unread, context));
      problems.push(...[...inspected.problems, ...(analysed ?? []).map(describe)].sort(byPosition));
    }
  } finally {
    await engine?.close();
  }
  return { pipelines: found?.files.length ?? 0, problems: [...new Set(problems)] };
}

/** Orders by file, line and column; what has no position comes first. */
function byPosition(one: string, other: string): number {
  const [file, line, column] = positionOf(one);
  const [otherFile, otherLine, otherColumn] = positionOf(other);
  if (file !== otherFile) return file < otherFile ? -1 : 1;
  return line - otherLine || column - otherColumn;
}

function positionOf(problem: string): readonly [string, number, number] {
  const [, file = '', line = 0, column = 0] = /^(.*?):(\d+):(\d+) /.exec(problem) ?? [];
  return [file, Number(line), Number(column)];
}
