/** A place in a text, counted from 1 as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of the character at this offset. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** The value at this path; undefined if there is none. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

/** A path in words: `step 'load', destination.table`; outside of steps `fields[0] ('id').type`. */
export function formatPlace(root: unknown, path: readonly PropertyKey[]): string {
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

/** What a reader knows an item of a list by: its id or name. */
function nameOf(value: unknown): string | undefined {
  const name = valueAt(value, ['id']) ?? valueAt(value, ['name']);
  return typeof name === 'string' ? name : undefined;
}
