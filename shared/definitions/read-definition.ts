import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import {
  checkAgainstSchema,
  createDescribe,
  DefinitionError,
  definitionError,
  findPositions,
} from './definition-problems';
import { positionOf } from './places';

/** The text of a file of schemas/. Throws a DefinitionError naming the file if it cannot be read. */
export function readDefinitionText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DefinitionError(`${file}: cannot be read: ${reasonOf(error)}`);
  }
}

/** Throws a DefinitionError naming the file if it is none. */
export function statDefinitionFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  throw new DefinitionError(`${file}: cannot be read: no such file`);
}

/**
 * The entries of a folder of schemas/, in the order of their names. Throws a DefinitionError if it cannot be
 * read.
 */
export function readDefinitionFolder(directory: string): readonly Dirent[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new DefinitionError(`${directory}: cannot be read: ${reason}`);
  }
}

/** Why a file cannot be read, without the path and without Node's wording. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  return code === 'EISDIR' ? 'it is a folder' : String(error);
}

/**
 * Reads a JSON file of schemas/ and checks it against its schema. Throws a DefinitionError that names every
 * wrong field with file, line and column, what was given and what was expected.
 */
export function readJsonDefinition<T>(file: string, schema: z.ZodType<T>): T {
  const text = readDefinitionText(file);
  const value = parseJson(file, text);
  const checked = checkAgainstSchema(value, schema);
  if ('data' in checked) return checked.data;
  throw definitionError(checked.problems.map(createDescribe(file, text, value)));
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /position (\d+)/.exec(message)?.[1];
    const { line, column } =
      offset === undefined
        ? (findPositions(text).faults[0] ?? positionOf(text, text.length))
        : positionOf(text, Number(offset));
    throw new DefinitionError(`${file}:${line}:${column} is not JSON: ${message.replace(/\s+/g, ' ')}`);
  }
}
