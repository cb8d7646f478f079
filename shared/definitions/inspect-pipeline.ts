import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import {
  checkAgainstSchema,
  createDescribe,
  type DefinitionProblem,
  definitionError,
  describeAt,
  findPositions,
} from './definition-problems';
import { findPipelineProblems } from './pipeline-rules';
import { positionOf, valueAt } from './places';
import { readDefinitionText } from './read-definition';
import { salvage } from './salvage';
import { type PipelineDefinition, pipelineSchema } from './schemas/pipeline-schema';
import { readStepFiles } from './step-files';

/** What a definition's files contain. */
export interface Inspection {
  /** The part that could be read; absent if that is too little. */
  readonly definition?: PipelineDefinition;
  /** Indexes of the steps that could not be read. In the definition a placeholder stands for each. */
  readonly unread: ReadonlySet<number>;
  /** One line per problem, with file, line, column, step and field. */
  readonly problems: readonly string[];
  /** Makes such a line for a further problem. */
  readonly describe: (problem: DefinitionProblem) => string;
}

/**
 * Reads a pipeline's files and finds everything that is wrong with them. Throws a DefinitionError if there is
 * no such file or if it is not YAML.
 */
export function inspectPipeline(file: string, path: string, metadataTables: ReadonlySet<string>): Inspection {
  const text = readDefinitionText(file);
  const value = parseYaml(file, text);
  const describeHere = createDescribe(file, text, value);
  const describe = (problem: DefinitionProblem) =>
    describeInSqlFile(file, value, problem) ?? describeHere(problem);

  const { data, replaced, problems } = readWritten(value);
  if (data === undefined) return { unread: new Set(), problems: problems.map(describe), describe };
  const read = data.steps.map((step, index) => readStepFiles(file, step, index));
  const definition = { path, ...data, steps: read.map(({ step }) => step) };
  const ofFiles = read.flatMap((step) => step.problems);
  const found = [...problems, ...ofFiles, ...findPipelineProblems(definition, metadataTables)];
  return {
    definition,
    unread: new Set([...read.keys()].filter((index) => replaced.has(index) || read[index]?.problems.length)),
    problems: found.map((problem) => (typeof problem === 'string' ? problem : describe(problem))),
    describe,
  };
}

interface ReadPipeline {
  readonly data?: WrittenPipeline;
  readonly replaced: ReadonlySet<number>;
  readonly problems: readonly DefinitionProblem[];
}
type WrittenPipeline = z.infer<typeof pipelineSchema>;

function readWritten(value: unknown): ReadPipeline {
  const none: ReadonlySet<number> = new Set();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const given = value === null ? 'an empty file' : 'something else';
    const message = `expected a mapping with description and steps, given ${given}`;
    return { replaced: none, problems: [{ path: [], message }] };
  }
  const checked = checkAgainstSchema(value, pipelineSchema);
  if ('data' in checked) return { data: checked.data, replaced: none, problems: [] };
  const { problems } = checked;
  const rest = salvage(value, problems);
  const again = rest && checkAgainstSchema(rest.value, pipelineSchema);
  if (rest === undefined || again === undefined || 'problems' in again) return { replaced: none, problems };
  return { data: again.data, replaced: rest.replaced, problems };
}

/** A problem of a SQL text in a file of its own gets its place in that file. */
function describeInSqlFile(
  definitionFile: string,
  root: unknown,
  problem: DefinitionProblem,
): string | undefined {
  const { path, offset, message } = problem;
  const name = valueAt(root, [...path.slice(0, -1), 'sql_file']);
  if (path.at(-1) !== 'sql' || offset === undefined || typeof name !== 'string') return undefined;
  const file = join(dirname(definitionFile), name);
  const position = positionOf(readDefinitionText(file), offset);
  return describeAt(file, position, root, [...path.slice(0, -1), 'sql_file'], message);
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const faults = findPositions(text).faults.map(
      ({ line, column, message }) => `${file}:${line}:${column} is not one YAML document: ${message}`,
    );
    // The parser does not count an alias without its anchor among the faults.
    const message = error instanceof Error ? error.message : String(error);
    throw definitionError(faults.length > 0 ? faults : [`${file}: is not YAML: ${message}`]);
  }
}
