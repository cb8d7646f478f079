import type { z } from 'zod';
import { DefinitionError } from './definition-error';
import type { Positions } from './positions';
import type { Position } from './text-position';

const longestValueShown = 80;

/** Something wrong with a definition. */
export interface Problem {
  /** The value that is wrong, or missing. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether it is the key that is wrong, not the value under it. */
  readonly isKey?: boolean;
  /** Of a text: the character in it, from 0. */
  readonly offset?: number | undefined;
}

/** A value that has its schema, or the problems of one that has not: each says what was given and what was expected. */
export type Checked<T> = { readonly data: T } | { readonly problems: readonly Problem[] };

export function checkAgainstSchema<T>(value: unknown, schema: z.ZodType<T>): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(value, issue)) };
}

function problemsOf(root: unknown, issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const message = 'is not a known field';
    return issue.keys.map((key) => ({ path: [...issue.path, key], message, isKey: true }));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues.map(({ message }) => message).join('; ');
    return [{ path: issue.path, message: expected, isKey: true }];
  }
  return [
    { path: issue.path, message: `${plain(issue.message)}, given ${shown(valueAt(root, issue.path))}` },
  ];
}

/** zod's types in the words of who writes YAML or JSON. */
const words: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** zod's own message, where a shape has none, without its name of what was given: that is told by its value. */
function plain(message: string): string {
  const expected = /^Invalid input: expected (\w+), received \w+$/.exec(message)?.[1];
  if (expected !== undefined) return `expected ${words[expected] ?? expected}`;
  return message === 'Invalid input' ? 'expected a value of another type' : message;
}

/** Loaded with the first fault: a function whose definitions are sound reads no YAML for their positions. */
export const findPositions = (text: string): Positions => loadPositions().positionsIn(text);
const loadPositions = (): typeof import('./positions') => require('./positions');

/** Turns problems of one file into lines like `file:12:7 step 'build', sql: message`. */
export function createDescribe(file: string, text: string, root: unknown): (problem: Problem) => string {
  let positions: Positions | undefined;
  return (problem) => {
    positions ??= findPositions(text);
    const position = positionOfProblem(positions, root, problem);
    return describeAt(file, position, root, problem.path, problem.message);
  };
}

export const describeAt = (
  file: string,
  { line, column }: Position,
  root: unknown,
  path: readonly PropertyKey[],
  message: string,
): string => `${file}:${line}:${column} ${formatPlace(root, path)}: ${message}`;

/** An error that tells problems of one file, each once. */
export function definitionError(lines: readonly string[]): DefinitionError {
  return new DefinitionError([...new Set(lines)].join('\n'));
}

function positionOfProblem(positions: Positions, root: unknown, { path, isKey, offset }: Problem) {
  if (isKey === true) return positions.ofKey(path);
  const value = valueAt(root, path);
  if (offset === undefined || typeof value !== 'string') return positions.ofValue(path);
  return positions.inText(path, value.trim(), offset);
}

/** `step 'load', destination.table`; elsewhere `fields[0] ('id').type`: what carries an id or a name is called by it. */
function formatPlace(root: unknown, path: readonly PropertyKey[]): string {
  const stepId = path[0] === 'steps' ? nameOf(valueAt(root, path.slice(0, 2))) : undefined;
  if (stepId === undefined || path.length < 2) return formatPath(root, path, 0) || 'the document';
  const field = formatPath(root, path, 2);
  return field === '' ? `step '${stepId}'` : `step '${stepId}', ${field}`;
}

function formatPath(root: unknown, path: readonly PropertyKey[], from: number): string {
  let text = '';
  for (const [depth, key] of path.entries()) {
    if (depth < from) continue;
    if (typeof key !== 'number') {
      text += text === '' ? String(key) : `.${String(key)}`;
      continue;
    }
    const name = nameOf(valueAt(root, path.slice(0, depth + 1)));
    text += name === undefined ? `[${key}]` : `[${key}] ('${name}')`;
  }
  return text;
}

export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
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

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestValueShown ? `${text.slice(0, longestValueShown)}…` : text;
}
