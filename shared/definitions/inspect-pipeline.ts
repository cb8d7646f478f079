import { parse } from 'yaml';
import { findPipelineProblems } from './pipeline-rules';
import { type PipelineDefinition, pipelineShape } from './pipeline-shape';
import { checkShape, createDescribe, definitionError, findPositions, type Problem } from './problem';
import { readDefinitionText } from './read-definition';
import { readStepFiles } from './step-files';

/** What was found in a definition's files. */
export interface Inspection {
  /** Present where everything has its shape, whatever other problems there are. */
  readonly definition?: PipelineDefinition;
  /** One line each, naming file, line, column, step and field. */
  readonly problems: readonly string[];
  /** Makes such a line of a further problem. */
  readonly describe: (problem: Problem) => string;
}

/**
 * Reads a pipeline's files and finds all that is wrong with them. Throws a DefinitionError if there is no such file, or
 * if it is not YAML at all.
 */
export function inspectPipeline(file: string, path: string, metadataTables: ReadonlySet<string>): Inspection {
  const text = readDefinitionText(file);
  const value = parseYaml(file, text);
  const describe = createDescribe(file, text, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const given = value === null ? 'an empty file' : 'something else';
    const message = `expected a mapping with description and steps, given ${given}`;
    return { problems: [describe({ path: [], message })], describe };
  }
  const checked = checkShape(value, pipelineShape);
  if ('problems' in checked) return { problems: checked.problems.map(describe), describe };
  const read = checked.data.steps.map((step, index) => readStepFiles(file, step, index));
  const definition = { path, ...checked.data, steps: read.map(({ step }) => step) };
  const unread = read.flatMap(({ problems }) =>
    problems.map((problem) => (typeof problem === 'string' ? problem : describe(problem))),
  );
  const problems = [...unread, ...findPipelineProblems(definition, metadataTables).map(describe)];
  return { ...(unread.length === 0 && { definition }), problems, describe };
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const faults = findPositions(text).faults.map(
      ({ line, column, message }) => `${file}:${line}:${column} is not one YAML document: ${message}`,
    );
    // An alias without its anchor is no fault of the text's form.
    const message = error instanceof Error ? error.message : String(error);
    throw definitionError(faults.length > 0 ? faults : [`${file}: is not YAML: ${message}`]);
  }
}
