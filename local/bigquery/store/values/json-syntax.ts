/** A JSON value as it is written: numbers keep their digits. */
export type JsonNode =
  | {
      readonly kind: 'object';
      readonly members: ReadonlyMap<string, JsonNode>;
      /** The values of members whose name had come before: they must be sound all the same. */
      readonly repeated: readonly JsonNode[];
    }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'literal'; readonly value: boolean | null };

/** Why a text is no JSON value; `offset` is in UTF-16 units. */
export class JsonFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/**
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#json_type: at most 500 levels.
 */
const deepest = 500;

/**
 * Reads a JSON text (RFC 8259). Of members with the same name the first counts, as for GoogleSQL's PARSE_JSON.
 * JSON.parse takes the last one, rounds numbers, and lets halves of surrogate pairs pass.
 * @throws JsonFault
 */
export function readJson(text: string): JsonNode {
  const reading: Reading = { text, at: 0 };
  const node = readValue(reading, 1);
  skipBlanks(reading);
  if (reading.at < text.length) throw unexpected(reading, 'the end of the value');
  return node;
}

interface Reading {
  readonly text: string;
  at: number;
}

function readValue(reading: Reading, depth: number): JsonNode {
  skipBlanks(reading);
  const first = reading.text[reading.at];
  if (first === '{' || first === '[') {
    if (depth > deepest) throw new JsonFault(`more than ${deepest} levels of nesting`, reading.at);
    return first === '{' ? readObject(reading, depth) : readArray(reading, depth);
  }
  if (first === '"') return { kind: 'string', text: readString(reading) };
  for (const [word, value] of literals) {
    if (!reading.text.startsWith(word, reading.at)) continue;
    reading.at += word.length;
    return { kind: 'literal', value };
  }
  numberForm.lastIndex = reading.at;
  const digits = numberForm.exec(reading.text)?.[0];
  if (digits === undefined) throw unexpected(reading, 'a value');
  reading.at += digits.length;
  return { kind: 'number', digits };
}

const literals = [
  ['null', null],
  ['true', true],
  ['false', false],
] as const;
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readObject(reading: Reading, depth: number): JsonNode {
  const members = new Map<string, JsonNode>();
  const repeated: JsonNode[] = [];
  reading.at += 1;
  skipBlanks(reading);
  if (takes(reading, '}')) return { kind: 'object', members, repeated };
  do {
    skipBlanks(reading);
    if (reading.text[reading.at] !== '"') throw unexpected(reading, 'a name in double quotes');
    const name = readString(reading);
    skipBlanks(reading);
    if (!takes(reading, ':')) throw unexpected(reading, 'a colon');
    const value = readValue(reading, depth + 1);
    if (members.has(name)) repeated.push(value);
    else members.set(name, value);
    skipBlanks(reading);
  } while (takes(reading, ','));
  if (!takes(reading, '}')) throw unexpected(reading, "',' or '}'");
  return { kind: 'object', members, repeated };
}

function readArray(reading: Reading, depth: number): JsonNode {
  const items: JsonNode[] = [];
  reading.at += 1;
  skipBlanks(reading);
  if (takes(reading, ']')) return { kind: 'array', items };
  do {
    items.push(readValue(reading, depth + 1));
    skipBlanks(reading);
  } while (takes(reading, ','));
  if (!takes(reading, ']')) throw unexpected(reading, "',' or ']'");
  return { kind: 'array', items };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them in a string.
const stringForm = /"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
const halfPair = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function readString(reading: Reading): string {
  stringForm.lastIndex = reading.at;
  const [whole, inner] = stringForm.exec(reading.text) ?? [];
  if (whole === undefined || inner === undefined) {
    throw new JsonFault('a text that does not end, or has a character that must be escaped', reading.at);
  }
  const text = inner.includes('\\') ? String(JSON.parse(whole)) : inner;
  if (halfPair.test(text)) throw new JsonFault('half of a surrogate pair', reading.at);
  reading.at += whole.length;
  return text;
}

function skipBlanks(reading: Reading): void {
  while (' \t\r\n'.includes(reading.text[reading.at] ?? '.')) reading.at += 1;
}

function takes(reading: Reading, sign: string): boolean {
  if (reading.text[reading.at] !== sign) return false;
  reading.at += 1;
  return true;
}

function unexpected({ text, at }: Reading, expected: string): JsonFault {
  const found = at < text.length ? `'${text.slice(at, at + 20)}'` : 'the end of the text';
  return new JsonFault(`expected ${expected}, found ${found}`, at);
}
