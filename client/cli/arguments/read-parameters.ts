import type { Client } from '../../client';
import { ApiProblem } from '../../problem';
import { wrongUse } from '../exit-codes';
import type { Task } from '../word';
import type { OptionSpecs } from './options';
import {
  type CataloguePipeline,
  findPipeline,
  readParameterFile,
  readParameterTexts,
  toParameters,
} from './parameters';

/** Of words that start a pipeline. */
export const parameterOptions = {
  param: { kind: 'texts', value: 'NAME=VALUE', about: 'a parameter; as often as needed' },
  'params-file': {
    kind: 'text',
    value: 'FILE',
    about: 'a JSON object of parameters, - for standard input; --param stands above it',
  },
} as const satisfies OptionSpecs;

/**
 * The parameters that were given for a pipeline, as the interface takes them; undefined where there are none.
 * @throws CommandError that lists the pipeline's parameters where one is unknown or missing, or all pipelines
 */
export async function readParameters(
  task: Task<keyof typeof parameterOptions>,
  client: Client,
  pipelineName: string,
): Promise<Record<string, unknown> | undefined> {
  return parametersGiven(task, await definitionOf(client, pipelineName));
}

/** @param givenOtherwise parameters that are not missed */
export async function parametersGiven(
  { given, surroundings }: Task<keyof typeof parameterOptions>,
  definition: CataloguePipeline | undefined,
  givenOtherwise: ReadonlySet<string> = new Set(),
): Promise<Record<string, unknown> | undefined> {
  const texts = readParameterTexts(given.texts('param'));
  const file = given.text('params-file');
  const fromFile = file === undefined ? {} : readParameterFile(file, await readGiven(file, surroundings));
  const parameters = toParameters(definition, fromFile, texts, givenOtherwise);
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

async function readGiven(file: string, { readText }: Task['surroundings']): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    throw wrongUse(`--params-file: ${error instanceof Error ? error.message : error}`);
  }
}

/** Undefined for a key that may start pipelines but not read the catalogue. */
export async function definitionOf(client: Client, name: string): Promise<CataloguePipeline | undefined> {
  try {
    return findPipeline((await client.call('listPipelines')).pipelines, name);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'insufficient_scope') return undefined;
    throw error;
  }
}
