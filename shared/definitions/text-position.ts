/** From 1, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a character of a text is. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
