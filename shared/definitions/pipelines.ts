import { type Dirent, existsSync } from 'node:fs';
import { join } from 'node:path';
import { definitionError } from './definition-problems';
import { inspectPipeline } from './inspect-pipeline';
import { readDefinitionFolder } from './read-definition';
import type { PipelineDefinition } from './schemas/pipeline-schema';

const segmentPattern = /^[a-z0-9_]{1,64}$/;
const extension = '.yaml';
/** What a definition must yield, for npm run check; no definition itself. */
export const testExtension = '.test.yaml';

/** Definitions change while a process lives only by reloadPipelines. */
const cache = new Map<string, PipelineDefinition>();
/** What loadPipelines has given, by the directory. */
const loaded = new Map<string, Map<string, PipelineDefinition>>();

/**
 * All pipelines of schemas/pipelines by path (provider/domain/id), in the order of their paths. Throws a
 * DefinitionError that names file, line, column, step and field.
 */
export function loadPipelines(schemasDirectory: string): ReadonlyMap<string, PipelineDefinition> {
  const pipelines = loaded.get(schemasDirectory) ?? new Map<string, PipelineDefinition>();
  readAll(schemasDirectory, pipelines);
  loaded.set(schemasDirectory, pipelines);
  return pipelines;
}

/**
 * Reads all pipelines that were loaded again, for a developer's machine: the maps that loadPipelines has given
 * are as the files are now. Throws a DefinitionError if one is wrong; then all stays as it was.
 */
export function reloadPipelines(): void {
  const before = new Map(cache);
  cache.clear();
  try {
    for (const [schemasDirectory, pipelines] of loaded) readAll(schemasDirectory, pipelines);
  } catch (error) {
    for (const [file, definition] of before) cache.set(file, definition);
    throw error;
  }
}

/** Fills `pipelines`, or throws and leaves it as it is. */
function readAll(schemasDirectory: string, pipelines: Map<string, PipelineDefinition>): void {
  const { files, problems } = findPipelineFiles(schemasDirectory);
  if (problems.length > 0) throw definitionError(problems);
  const found = files.flatMap(({ path }) => {
    const definition = loadPipeline(schemasDirectory, path);
    return definition === undefined ? [] : [[path, definition] as const];
  });
  pipelines.clear();
  for (const [path, definition] of found) pipelines.set(path, definition);
}

/**
 * The pipeline with this path (provider/domain/id); undefined if there is none. Reads only this pipeline's
 * files, once per process. Throws a DefinitionError if the definition is wrong.
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

/** Names of the metadata tables, from the names of their files in schemas/tables. */
export function listMetadataTables(schemasDirectory: string): ReadonlySet<string> {
  const files = readDefinitionFolder(join(schemasDirectory, 'tables'));
  return new Set(files.flatMap(({ name }) => /^x_meta_(.+)\.json$/.exec(name)?.[1] ?? []));
}

export interface PipelineFiles {
  /** In the order of their paths. */
  readonly files: readonly { readonly file: string; readonly path: string }[];
  /** One line for each name that cannot be part of a path. */
  readonly problems: readonly string[];
}

/** The files of schemas/pipelines. Throws a DefinitionError if a folder cannot be read. */
export function findPipelineFiles(schemasDirectory: string): PipelineFiles {
  const root = join(schemasDirectory, 'pipelines');
  const files: PipelineFiles['files'][number][] = [];
  const problems: string[] = [];
  const named = (place: string, entries: readonly Dirent[], suffix = ''): readonly string[] =>
    entries.flatMap(({ name }) => {
      const segment = name.slice(0, name.length - suffix.length);
      if (segmentPattern.test(segment)) return [segment];
      const problem = `expected a name of 1 to 64 of a-z, 0-9 and _, given '${segment}'`;
      problems.push(`${join(place, name)}: ${problem}`);
      return [];
    });
  const folders = (place: string) =>
    named(
      place,
      readDefinitionFolder(place).filter((entry) => entry.isDirectory()),
    );
  for (const provider of folders(root)) {
    for (const domain of folders(join(root, provider))) {
      const place = join(root, provider, domain);
      const entries = readDefinitionFolder(place).filter((entry) => entry.isFile());
      for (const { name } of entries.filter((entry) => entry.name.endsWith('.yml'))) {
        problems.push(`${join(place, name)}: expected a name that ends in ${extension}`);
      }
      const isDefinition = ({ name }: Dirent) => name.endsWith(extension) && !name.endsWith(testExtension);
      for (const id of named(place, entries.filter(isDefinition), extension)) {
        files.push({ file: join(place, `${id}${extension}`), path: `${provider}/${domain}/${id}` });
      }
    }
  }
  return { files, problems };
}
