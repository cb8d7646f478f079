import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar } from 'yaml';
import type { Position } from './places';

/**
 * Where values are in a YAML or JSON text. The text is parsed once more for this, and only if something is
 * wrong.
 */
export interface Positions {
  /** The place of the value at this path. If it is missing: the place of the nearest value around it. */
  readonly ofValue: (path: readonly PropertyKey[]) => Position;
  /** The place of the key of this value. */
  readonly ofKey: (path: readonly PropertyKey[]) => Position;
  /**
   * The place of a character within a text value. `value` is the text as it was read, without blanks around
   * it.
   */
  readonly inText: (path: readonly PropertyKey[], value: string, offset: number) => Position;
  /** Why the text is not one document: each fault in the parser's words, with its place. */
  readonly faults: readonly (Position & { readonly message: string })[];
}

interface Found {
  readonly node: unknown;
  readonly key: unknown;
}

export function positionsIn(text: string): Positions {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });

  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const start = (node: unknown): number => rangeOf(node)?.[0] ?? 0;
  const find = (path: readonly PropertyKey[]): Found => {
    let found: Found = { node: document.contents, key: undefined };
    for (const segment of path) {
      const whole = isAlias(found.node) ? found.node.resolve(document) : found.node;
      const next = childOf(whole, segment);
      if (next === undefined) break;
      found = next;
    }
    return found;
  };

  return {
    ofValue: (path) => at(start(find(path).node)),
    ofKey: (path) => {
      const { node, key } = find(path);
      return at(start(key ?? node));
    },
    inText: (path, value, offset) => {
      const { node } = find(path);
      return at(isScalar(node) ? offsetInScalar(text, node, value, offset) : start(node));
    },
    faults: document.errors.map(({ message, pos }) => ({
      ...at(pos[0]),
      message: (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, ''),
    })),
  };
}

function childOf(node: unknown, segment: PropertyKey): Found | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
    return pair && { node: pair.value, key: pair.key };
  }
  if (!isSeq(node) || typeof segment !== 'number') return undefined;
  const item: unknown = node.items[segment];
  return item === undefined ? undefined : { node: item, key: undefined };
}

function rangeOf(node: unknown): readonly number[] | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? node.range : undefined;
}

/**
 * However a text is written (as a block, folded, in quotes), its characters that are not blank are in the
 * file in the same order. Indentation and line breaks may differ, so they are skipped.
 */
function offsetInScalar(source: string, node: Scalar, value: string, offset: number): number {
  const start = rangeOf(node)?.[0] ?? 0;
  let at = firstOffset(source, node, start);
  for (const character of value.slice(0, offset).replace(/\s/g, '')) {
    const found = source.indexOf(character, at);
    if (found < 0) return start;
    at = found + character.length;
  }
  const next = /\S/u.exec(value.slice(offset))?.[0];
  const found = next === undefined ? at : source.indexOf(next, at);
  return found < 0 ? start : found;
}

function firstOffset(source: string, { type }: Scalar, start: number): number {
  if (type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED) return source.indexOf('\n', start) + 1;
  return type === Scalar.PLAIN ? start : start + 1;
}
