import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { DefinitionError } from './definition-error';

const longestValueShown = 80;

/** The text of a file of schemas/. Throws a DefinitionError naming the file if it cannot be read. */
export function readDefinitionText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DefinitionError(`${file}: cannot be read: ${isMissing(error) ? 'no such file' : error}`);
  }
}

const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

/** Reads a JSON file of schemas/ and checks its shape. Throws a DefinitionError. */
export function readJsonDefinition<T>(file: string, shape: z.ZodType<T>): T {
  const text = readDefinitionText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DefinitionError(`${file}: is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  return checkDefinition(file, value, shape);
}

/** Checks a value read from `file`. The DefinitionError names every wrong field, what was given and what was expected. */
export function checkDefinition<T>(file: string, value: unknown, shape: z.ZodType<T>): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describeIssue(value, issue));
  throw new DefinitionError([...new Set(problems)].map((problem) => `${file}: ${problem}`).join('\n'));
}

function describeIssue(root: unknown, issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${formatPath(root, [...issue.path, key])}: is not a known field`);
  }
  const place = formatPath(root, issue.path);
  return [`${place}: ${issue.message}, given ${show(valueAt(root, issue.path))}`];
}

/** `steps[0]('load').sql`: elements that carry an id or a name are called by it as well. */
function formatPath(root: unknown, path: readonly PropertyKey[]): string {
  let text = '';
  for (const [depth, key] of path.entries()) {
    if (typeof key !== 'number') {
      text += text === '' ? String(key) : `.${String(key)}`;
      continue;
    }
    const name = nameOf(valueAt(root, path.slice(0, depth + 1)));
    text += name === undefined ? `[${key}]` : `[${key}] ('${name}')`;
  }
  return text === '' ? 'the document' : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

function nameOf(value: unknown): string | undefined {
  const name = valueAt(value, ['id']) ?? valueAt(value, ['name']);
  return typeof name === 'string' ? name : undefined;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestValueShown ? `${text.slice(0, longestValueShown)}…` : text;
}
