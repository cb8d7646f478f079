import type { Catalogue } from '../../api';
import { wrongUse } from '../exit-codes';

export type CataloguePipeline = Catalogue['pipelines'][number];
type Parameters = CataloguePipeline['parameters'];
type Parameter = Parameters[string];

/** The pipeline of this name. @throws CommandError with the list of all pipelines */
export function findPipeline(pipelines: Catalogue['pipelines'], name: string): CataloguePipeline {
  const found = pipelines.find(({ pipeline }) => pipeline === name);
  if (found !== undefined) return found;
  const known = pipelines.map(({ pipeline, description }) => `  ${pipeline}  ${description}`);
  throw wrongUse(`There is no pipeline '${name}'. There are:\n${known.join('\n')}`);
}

/** Texts by name, as `--param NAME=VALUE` gives them. @throws CommandError */
export function readParameterTexts(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const mark = text.indexOf('=');
      if (mark <= 0) throw wrongUse(`--param: expected NAME=VALUE, given '${text}'`);
      return [text.slice(0, mark), text.slice(mark + 1)] as const;
    }),
  );
}

/** The parameters of a file, which is a JSON object. @throws CommandError */
export function readParameterFile(name: string, text: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw wrongUse(`--params-file ${name}: expected a JSON object of parameters: ${problem}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw wrongUse(`--params-file ${name}: expected a JSON object of parameters`);
  }
  return Object.fromEntries(Object.entries(content));
}

/**
 * Parameters as the interface takes them: those of the file, then the texts in their place. Whether their values are
 * right is for the interface to say. Without the pipeline's definition texts stay as they are.
 * @param givenOtherwise parameters that are not missed
 * @throws CommandError with the list of the pipeline's parameters when one is unknown or missing
 */
export function toParameters(
  pipeline: CataloguePipeline | undefined,
  fromFile: Readonly<Record<string, unknown>>,
  texts: ReadonlyMap<string, string>,
  givenOtherwise: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const defined = pipeline?.parameters ?? {};
  const given = new Set([...Object.keys(fromFile), ...texts.keys()]);
  if (pipeline !== undefined) expectKnown(pipeline, given, givenOtherwise);
  const fromTexts = [...texts].map(([name, text]) => [name, toValue(defined[name], text)] as const);
  return { ...fromFile, ...Object.fromEntries(fromTexts) };
}

function expectKnown(
  { pipeline, parameters }: CataloguePipeline,
  given: ReadonlySet<string>,
  givenOtherwise: ReadonlySet<string>,
): void {
  const unknown = [...given].find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) {
    throw wrongUse(`Unknown parameter '${unknown}'. ${listOf(pipeline, parameters)}`);
  }
  const missing = Object.entries(parameters).find(
    ([name, { required }]) => required && !given.has(name) && !givenOtherwise.has(name),
  );
  if (missing !== undefined) {
    throw wrongUse(
      `Parameter '${missing[0]}' is required: --param ${missing[0]}=… ${listOf(pipeline, parameters)}`,
    );
  }
}

const listOf = (pipeline: string, parameters: Parameters): string =>
  Object.keys(parameters).length === 0
    ? `${pipeline} has none.`
    : `${pipeline} has:\n${parameterLines(parameters).join('\n')}`;

/** A line for each parameter, for people. */
export const parameterLines = (parameters: Parameters): readonly string[] =>
  Object.entries(parameters).map(([name, { type, required, default: otherwise, description }]) => {
    const need = required ? 'required' : `default ${JSON.stringify(otherwise ?? null)}`;
    return `  ${name}  ${type}, ${need}: ${description}`;
  });

function toValue(parameter: Parameter | undefined, text: string): string | number | boolean {
  if (parameter?.type === 'BOOL' && /^(true|false)$/.test(text)) return text === 'true';
  if (parameter?.type === 'FLOAT64' && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
  return text;
}
