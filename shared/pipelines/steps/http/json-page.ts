import { refuse } from './api-failures';
import { quoteInexactNumbers } from './exact-numbers';

export interface JsonPage {
  readonly value: unknown;
  /** A line of JSON per record, with its line break; a text holds many of them. */
  readonly lines: Iterable<string>;
  readonly records: number;
}

/** A text of lines has this many characters, or somewhat more. */
const textLength = 65_536;

/** Reads an answer of JSON. @throws KnownFailure saying what is wrong with it */
export function readJsonPage(bytes: Buffer, path: string | undefined): JsonPage {
  const value = parse(decode(quoteInexactNumbers(bytes)));
  const records = path === undefined ? value : memberAt(value, path);
  const place = path === undefined ? 'an array' : `an array at '${path}'`;
  if (!Array.isArray(records)) throw refuse('invalid_data', `expected ${place}, given ${kindOf(records)}.`);
  const wrong = records.findIndex((record) => kindOf(record) !== 'an object');
  if (wrong >= 0) {
    const given = kindOf(records[wrong]);
    throw refuse('invalid_data', `expected objects in ${place}, given ${given} as record ${wrong + 1}.`);
  }
  return { value, lines: linesOf(records), records: records.length };
}

function* linesOf(records: readonly unknown[]): Generator<string> {
  let text = '';
  for (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    if (text.length < textLength) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** The value under dotted names; undefined if there is none. */
export function memberAt(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, name)?.value;
  }
  return found;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('invalid_data', 'the answer is not UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('invalid_data', 'the answer is not JSON.');
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
