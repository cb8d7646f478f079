import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { DefinitionError } from './definition-error';
import { fieldsShape } from './field-shape';
import { findPipelineProblems } from './pipeline-rules';
import { type PipelineDefinition, pipelineShape, type Step, type WrittenStep } from './pipeline-shape';
import { checkDefinition, readDefinitionText, readJsonDefinition } from './read-definition';

const segmentPattern = /^[a-z0-9_]{1,64}$/;
const extension = '.yaml';

/** Definitions never change while a process lives. */
const cache = new Map<string, PipelineDefinition>();

/**
 * All pipelines of schemas/pipelines, by path (provider/domain/id), in the order of their paths.
 * Throws a DefinitionError naming file, step and field.
 */
export function loadPipelines(schemasDirectory: string): ReadonlyMap<string, PipelineDefinition> {
  const root = join(schemasDirectory, 'pipelines');
  const pipelines = new Map<string, PipelineDefinition>();
  for (const provider of listFolders(root)) {
    for (const domain of listFolders(join(root, provider))) {
      for (const id of listPipelineIds(join(root, provider, domain))) {
        const path = `${provider}/${domain}/${id}`;
        const definition = loadPipeline(schemasDirectory, path);
        if (definition) pipelines.set(path, definition);
      }
    }
  }
  return pipelines;
}

/**
 * One pipeline by its path (provider/domain/id), or undefined if there is none. Reads only this pipeline's files, and
 * those once a process. Throws a DefinitionError if the definition is broken.
 */
export function loadPipeline(schemasDirectory: string, path: string): PipelineDefinition | undefined {
  const segments = path.split('/');
  if (segments.length !== 3 || !segments.every((segment) => segmentPattern.test(segment))) return undefined;
  const file = `${join(schemasDirectory, 'pipelines', ...segments)}${extension}`;
  const cached = cache.get(file);
  if (cached) return cached;
  if (!existsSync(file)) return undefined;
  const definition = readPipeline(file, path, listMetadataTables(schemasDirectory));
  cache.set(file, definition);
  return definition;
}

function readPipeline(file: string, path: string, metadataTables: ReadonlySet<string>): PipelineDefinition {
  const written = checkDefinition(file, parseYaml(file, readDefinitionText(file)), pipelineShape);
  const definition = { path, ...written, steps: written.steps.map((step) => readStepFiles(file, step)) };
  const problems = findPipelineProblems(definition, metadataTables);
  if (problems.length > 0) {
    throw new DefinitionError(problems.map((problem) => `${file}: ${problem}`).join('\n'));
  }
  return definition;
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new DefinitionError(`${file}: is not YAML: ${error instanceof Error ? error.message : error}`);
  }
}

/** Puts what stands in files beside the definition into the step. */
function readStepFiles(definitionFile: string, step: WrittenStep): Step {
  const beside = (name: string) => join(dirname(definitionFile), name);
  if (step.type === 'query') {
    const { sql, sql_file, ...rest } = step;
    return { ...rest, sql: sql ?? readDefinitionText(beside(sql_file ?? '')) };
  }
  if (step.type === 'load') {
    const { schema, schema_file, ...rest } = step;
    if (schema_file === undefined) return { ...rest, schema };
    return { ...rest, schema: readJsonDefinition(beside(schema_file), fieldsShape) };
  }
  return step;
}

function listMetadataTables(schemasDirectory: string): ReadonlySet<string> {
  const files = readdirSync(join(schemasDirectory, 'tables'));
  return new Set(files.flatMap((file) => /^x_meta_(.+)\.json$/.exec(file)?.[1] ?? []));
}

function listFolders(directory: string): readonly string[] {
  const folders = listEntries(directory).filter((entry) => entry.isDirectory());
  return folders.map((folder) => checkSegment(join(directory, folder.name), folder.name)).sort();
}

function listPipelineIds(directory: string): readonly string[] {
  const files = listEntries(directory).filter((entry) => entry.isFile() && entry.name.endsWith(extension));
  return files
    .map(({ name }) => checkSegment(join(directory, name), name.slice(0, -extension.length)))
    .sort();
}

function listEntries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new DefinitionError(
      `${directory}: cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function checkSegment(place: string, segment: string): string {
  if (segmentPattern.test(segment)) return segment;
  throw new DefinitionError(`${place}: expected a name of 1 to 64 of a-z, 0-9 and _, given '${segment}'`);
}
