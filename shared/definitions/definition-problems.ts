import type { z } from 'zod';
import { formatPlace, type Position, valueAt } from './places';
import type { Positions } from './yaml-positions';

const longestValueShown = 80;

/**
 * A file of schemas/ is missing or wrong. The message names the file, the place in it and what was expected.
 */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** An error that lists problems, each once. */
export function definitionError(lines: readonly string[]): DefinitionError {
  return new DefinitionError([...new Set(lines)].join('\n'));
}

/** Something wrong with a definition. */
export interface DefinitionProblem {
  /** Where the wrong or missing value is. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether the key itself is wrong, not its value. */
  readonly isKey?: boolean;
  /** In a text value: the offset of the wrong character. */
  readonly offset?: number | undefined;
  /** Whether it stops nothing: something that could not be checked. */
  readonly isWarning?: boolean | undefined;
}

export type Checked<T> = { readonly data: T } | { readonly problems: readonly DefinitionProblem[] };

/**
 * The value as its schema has it, or its problems. Each problem says what was given and what was expected.
 */
export function checkAgainstSchema<T>(value: unknown, schema: z.ZodType<T>): Checked<T> {
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data };
  return { problems: result.error.issues.flatMap((issue) => problemsOf(value, issue)) };
}

function problemsOf(root: unknown, issue: z.core.$ZodIssue): readonly DefinitionProblem[] {
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

/** zod's types, in the words of people who write YAML or JSON. */
const words: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** A message of zod's own in our words, without the type that was given: the message shows the value. */
function plain(message: string): string {
  const expected = /^Invalid input: expected (\w+), received \w+$/.exec(message)?.[1];
  if (expected !== undefined) return `expected ${words[expected] ?? expected}`;
  return message === 'Invalid input' ? 'expected a value of another type' : message;
}

/** Loaded with the first problem: a function whose definitions are sound never needs positions. */
export const findPositions = (text: string): Positions => loadPositions().positionsIn(text);
const loadPositions = (): typeof import('./yaml-positions') => require('./yaml-positions');

/** Turns problems of one file into lines like `file:12:7 step 'build', sql: message`. */
export function createDescribe(
  file: string,
  text: string,
  root: unknown,
): (problem: DefinitionProblem) => string {
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

function positionOfProblem(positions: Positions, root: unknown, { path, isKey, offset }: DefinitionProblem) {
  if (isKey === true) return positions.ofKey(path);
  const value = valueAt(root, path);
  if (offset === undefined || typeof value !== 'string') return positions.ofValue(path);
  return positions.inText(path, value.trim(), offset);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestValueShown ? `${text.slice(0, longestValueShown)}…` : text;
}
