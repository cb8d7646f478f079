import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DefinitionError } from './definition-error';
import { inspectPipeline } from './inspect-pipeline';
import type { PipelineDefinition } from './pipeline-shape';
import { definitionError } from './problem';

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
  const { definition, problems } = inspectPipeline(file, path, metadataTables);
  if (definition === undefined || problems.length > 0) throw definitionError(problems);
  return definition;
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
