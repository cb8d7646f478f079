/**
 * Reads the engine's trees, parsed (`ast…Node`) and analysed (`resolved…Node`). They come as plain objects,
 * one key per wrapper (`{resolvedTableScanNode: {…}}`), with absent fields left out. Every read checks what
 * it finds.
 */
export type TreeNode = Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** The node at the end of a path of keys. */
export function child(node: unknown, ...path: readonly string[]): TreeNode | undefined {
  let current: unknown = node;
  for (const key of path) current = isNode(current) ? current[key] : undefined;
  return isNode(current) ? current : undefined;
}

export function children(node: unknown, key: string): readonly TreeNode[] {
  const value = isNode(node) ? node[key] : undefined;
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function stringAt(node: unknown, key: string): string | undefined {
  const value = isNode(node) ? node[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

export function stringsAt(node: unknown, key: string): readonly string[] {
  const value = isNode(node) ? node[key] : undefined;
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function flag(node: unknown, key: string): boolean {
  return isNode(node) && node[key] === true;
}

/** The names of a path expression: `a.b.c` has three. */
export function pathSegments(expression: unknown): readonly string[] {
  return children(expression, 'names').flatMap((name) => stringAt(name, 'idString') ?? []);
}

/**
 * The one node inside a wrapper that may nest (`{resolvedFunctionCallBaseNode: {resolvedFunctionCallNode:
 * {…}}}`).
 */
export function unwrap(wrapper: unknown): { readonly kind: string; readonly node: TreeNode } | undefined {
  let found: { kind: string; node: TreeNode } | undefined;
  for (let current = wrapper; isNode(current); ) {
    const [entry, ...others] = Object.entries(current);
    if (entry === undefined || others.length > 0 || !entry[0].endsWith('Node') || !isNode(entry[1])) break;
    found = { kind: entry[0], node: entry[1] };
    current = entry[1];
  }
  return found;
}

/** The type of an analysed expression, which stands in one of its nested `parent`s. */
export function typeOfExpression(expression: unknown): TreeNode | undefined {
  for (let part = unwrap(expression)?.node; part !== undefined; part = child(part, 'parent')) {
    const type = child(part, 'type');
    if (type !== undefined) return type;
  }
  return undefined;
}

/** A stretch of an SQL text, in bytes of UTF-8; `end` is the first byte after it. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Where a node stands in the text. The engine keeps it in the innermost of the nested `parent`s. Of a path in
 * parentheses it says wrongly that it has the closing one, so the names of a path count.
 */
export function spanOf(node: unknown): ByteSpan | undefined {
  const names = children(node, 'names');
  const [first, last] = [ownSpan(names[0]), ownSpan(names.at(-1))];
  return first && last ? { start: first.start, end: last.end } : ownSpan(node);
}

function ownSpan(node: unknown): ByteSpan | undefined {
  for (
    let current = isNode(node) ? node : undefined;
    current !== undefined;
    current = child(current, 'parent')
  ) {
    const range = child(current, 'parseLocationRange');
    if (range === undefined) continue;
    const { start = 0, end } = range;
    if (typeof start === 'number' && typeof end === 'number') return { start, end };
  }
  return undefined;
}

/** What is done with nodes, by the key of their wrapper. */
export type Visits = Readonly<Record<string, (node: TreeNode) => void>>;

/** Calls `visit` for every node whose wrapper has the key `key`, outermost first. */
export function findAll(tree: unknown, key: string, visit: (node: TreeNode) => void): void {
  visitAll(tree, { [key]: visit });
}

/** As findAll, for several keys in one walk: trees of queries are long. */
export function visitAll(tree: unknown, visits: Visits): void {
  if (Array.isArray(tree)) {
    for (const item of tree) visitAll(item, visits);
  } else if (isNode(tree)) {
    for (const key of Object.keys(tree)) {
      const value = tree[key];
      if (typeof value !== 'object') continue;
      if (isNode(value) && Object.hasOwn(visits, key)) visits[key]?.(value);
      visitAll(value, visits);
    }
  }
}

/** Calls `visit` for every path expression of a parsed tree. */
export function findPaths(tree: unknown, visit: (path: TreeNode) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) findPaths(item, visit);
  } else if (isNode(tree)) {
    if (Array.isArray(tree.names)) visit(tree);
    for (const value of Object.values(tree)) if (typeof value === 'object') findPaths(value, visit);
  }
}
