import type {
  ParameterDefinition,
  PipelineDefinition,
} from '../../../shared/definitions/schemas/pipeline-schema';

/** The pipeline of this path. @throws Error with the list of all pipelines */
export function findPipeline(
  pipelines: ReadonlyMap<string, PipelineDefinition>,
  path: string,
): PipelineDefinition {
  const definition = pipelines.get(path);
  if (definition) return definition;
  const known = [...pipelines.values()].map((each) => `  ${each.path}  ${each.description}`);
  throw new Error(`There is no pipeline '${path}'. There are:\n${known.join('\n')}`);
}

/**
 * Parameters as the HTTP interface takes them. Whether their values are right is for the interface to say.
 * @throws Error with the list of the pipeline's parameters when one is unknown or missing
 */
export function toParameters(
  { path, parameters }: PipelineDefinition,
  given: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const unknown = [...given.keys()].find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) throw new Error(`Unknown parameter '${unknown}'. ${listOf(path, parameters)}`);
  const missing = Object.entries(parameters).find(([name, { required }]) => required && !given.has(name));
  if (missing !== undefined) {
    throw new Error(
      `Parameter '${missing[0]}' is required: --param ${missing[0]}=… ${listOf(path, parameters)}`,
    );
  }
  const values = [...given].map(([name, text]) => [name, toValue(parameters[name], text)]);
  return Object.fromEntries(values);
}

function listOf(path: string, parameters: PipelineDefinition['parameters']): string {
  const lines = Object.entries(parameters).map(
    ([name, { type, required, default: otherwise, description }]) => {
      const need = required ? 'required' : `default ${JSON.stringify(otherwise ?? null)}`;
      return `  ${name}  ${type}, ${need}: ${description}`;
    },
  );
  return lines.length === 0 ? `${path} has none.` : `${path} has:\n${lines.join('\n')}`;
}

function toValue(parameter: ParameterDefinition | undefined, text: string): string | number | boolean {
  if (parameter?.type === 'BOOL' && /^(true|false)$/.test(text)) return text === 'true';
  if (parameter?.type === 'FLOAT64' && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
  return text;
}
