import type { ByteSpan } from '../engine/tree';

/**
 * SQL text as the engine counts it. `bytes` is the UTF-8 of the text, one character per byte, so that the
 * engine's byte offsets are string indexes. `origin` leads from an offset back to the one in `root`, the text
 * that the caller sent.
 */
export interface SqlText {
  readonly bytes: string;
  readonly origin: (offset: number) => number;
  readonly root: string;
}

/** Other bytes in place of a stretch of a text. */
export interface Edit extends ByteSpan {
  readonly replacement: string;
}

/** The text that a caller sent. */
export function givenText(sql: string): SqlText {
  const bytes = toBytes(sql);
  return { bytes, origin: (offset) => offset, root: bytes };
}

export function toBytes(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

export function fromBytes(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}

/** A stretch of a text, as bytes. */
export function bytesAt(text: SqlText, { start, end }: ByteSpan): string {
  return text.bytes.slice(start, end);
}

/** A stretch of a text, as a text of its own. */
export function slice(text: SqlText, span: ByteSpan): SqlText {
  return {
    bytes: bytesAt(text, span),
    origin: (offset) => text.origin(span.start + offset),
    root: text.root,
  };
}

/** A text that we made; faults in it are reported at `offset` of the text that it was made of. */
export function derived(text: SqlText, bytes: string, offset = 0): SqlText {
  const origin = text.origin(offset);
  return { bytes, origin: () => origin, root: text.root };
}

/** The text with all edits made. Edits must not overlap. */
export function edited(text: SqlText, edits: readonly Edit[]): SqlText {
  if (edits.length === 0) return text;
  const sorted = [...edits].sort((left, right) => left.start - right.start);
  const pieces: string[] = [];
  const shifts: { readonly from: number; readonly original: number; readonly fixed: boolean }[] = [];
  let position = 0;
  let length = 0;
  const add = (piece: string, original: number, fixed: boolean) => {
    shifts.push({ from: length, original, fixed });
    pieces.push(piece);
    length += piece.length;
  };
  for (const edit of sorted) {
    add(text.bytes.slice(position, edit.start), position, false);
    add(edit.replacement, edit.start, true);
    position = edit.end;
  }
  add(text.bytes.slice(position), position, false);
  const origin = (offset: number) => {
    const shift = shifts.findLast((candidate) => candidate.from <= offset);
    if (shift === undefined) return text.origin(offset);
    return text.origin(shift.fixed ? shift.original : shift.original + offset - shift.from);
  };
  return { bytes: pieces.join(''), origin, root: text.root };
}

/**
 * The offset of a line and column as the engine counts them: from 1, in characters, with tab stops every 8.
 */
export function offsetAt(bytes: string, line: number, column: number): number {
  let offset = 0;
  for (let current = 1; current < line; current += 1) {
    const end = bytes.indexOf('\n', offset);
    if (end < 0) return bytes.length;
    offset = end + 1;
  }
  for (let at = 1; at < column && offset < bytes.length; offset += 1) at = advance(at, bytes, offset);
  while (isContinuation(bytes, offset)) offset += 1;
  return offset;
}

/** The line and column of an offset, as `line:column`. */
export function positionAt(bytes: string, offset: number): string {
  const before = bytes.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let column = 1;
  for (let at = start; at < offset; at += 1) column = advance(column, bytes, at);
  return `${before.split('\n').length}:${column}`;
}

function advance(column: number, bytes: string, offset: number): number {
  if (bytes[offset] === '\t') return column + 8 - ((column - 1) % 8);
  return isContinuation(bytes, offset) ? column : column + 1;
}

function isContinuation(bytes: string, offset: number): boolean {
  return (bytes.charCodeAt(offset) & 0xc0) === 0x80;
}

/** A path with each segment quoted, as bytes of a text. */
export function quotedPath(path: readonly string[]): string {
  return toBytes(path.map(backquoted).join('.'));
}

/** A name in backquotes. */
export function backquoted(name: string): string {
  return `\`${name.replace(/[\\`]/g, (match) => `\\${match}`)}\``;
}
