import {
  type ByteSpan,
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import { type ResolvedFacts, spanKey } from './resolved-facts';
import type { RunningWindow } from './windows';

/** A SELECT with what the engine evaluates again for each of its rows. */
export interface RepeatingSelect {
  /** Behind its FROM clause. */
  readonly joinAt: number;
  /** Its stars without a table, each with where to leave columns out: behind `*`, or in its list of those. */
  readonly stars: readonly { readonly at: number; readonly hasList: boolean }[];
  readonly repeats: readonly Repeat[];
}

/** An expression that stands for a query. */
export interface Repeat {
  /** How it is evaluated once instead. */
  readonly way: 'membership' | 'value' | 'groups' | 'window';
  readonly span: ByteSpan;
  readonly node: TreeNode;
  /** Of a window. */
  readonly window?: RunningWindow;
}

/**
 * The outermost expressions of each SELECT that can be evaluated once; those inside them come in the next round.
 * @param readWindow reads windows that are to be joined
 */
export function repeatingSelects(
  tree: unknown,
  facts: ResolvedFacts,
  readWindow?: (select: TreeNode, analytic: TreeNode) => RunningWindow | undefined,
): readonly RepeatingSelect[] {
  const found: RepeatingSelect[] = [];
  const taken: ByteSpan[] = [];
  findAll(tree, 'astSelectNode', (select) => {
    const from = spanOf(child(select, 'fromClause'));
    if (from === undefined || taken.some(({ start, end }) => start <= from.start && from.end <= end)) return;
    const repeats = [
      ...repeatsIn(select.whereClause, facts),
      ...repeatsIn(select.selectList, facts, readWindow && ((analytic) => readWindow(select, analytic))),
    ];
    const stars = starsOf(select);
    if (repeats.length === 0 || stars === undefined) return;
    taken.push(...repeats.map(({ span }) => span));
    found.push({ joinAt: from.end, stars, repeats });
  });
  return found;
}

type ReadWindow = (analytic: TreeNode) => RunningWindow | undefined;

function repeatsIn(part: unknown, facts: ResolvedFacts, readWindow?: ReadWindow): readonly Repeat[] {
  if (Array.isArray(part)) return part.flatMap((item) => repeatsIn(item, facts, readWindow));
  if (!isNode(part)) return [];
  return Object.entries(part).flatMap(([key, value]): readonly Repeat[] => {
    if (key === 'query') return [];
    const span = isNode(value) ? spanOf(value) : undefined;
    const window = key === 'astAnalyticFunctionCallNode' && isNode(value) ? readWindow?.(value) : undefined;
    if (window !== undefined && span !== undefined && isNode(value))
      return [{ way: 'window', span, node: value, window }];
    const isQuery = key === 'astInExpressionNode' || key === 'astExpressionSubqueryNode';
    const way = isQuery && isNode(value) ? wayOf(value, facts) : undefined;
    if (way !== undefined && span !== undefined && isNode(value)) return [{ way, span, node: value }];
    return repeatsIn(value, facts, readWindow);
  });
}

function wayOf(node: TreeNode, facts: ResolvedFacts): Repeat['way'] | undefined {
  const [array] = children(child(node, 'unnestExpr'), 'expressions');
  const arrayAt = spanOf(unwrap(array?.expression)?.node);
  if (arrayAt !== undefined) return facts.arrays.has(arrayAt.start) ? 'membership' : undefined;
  const own = spanOf(node);
  const ofQuery = spanOf(child(node, 'query'));
  const place = isNode(node.inLocation) ? ofQuery : own;
  const query = place && facts.queries.get(spanKey(place));
  if (query === undefined || !query.readsTable) return undefined;
  if (query.isCorrelated) return groupedTable(node, facts) === undefined ? undefined : 'groups';
  if (query.kind !== 'IN') return 'value';
  return query.isExact ? 'membership' : undefined;
}

/** A table inside a query that is looked up by keys of the row outside. */
export interface GroupedTable {
  /** With its alias. */
  readonly span: ByteSpan;
  readonly path: ByteSpan;
  readonly name: string;
  readonly columns: readonly string[];
  /** Pairs of expressions that are equal for the rows that matter: one of the table, one of the row outside. */
  readonly keys: readonly { readonly inner: ByteSpan; readonly outer: ByteSpan }[];
}

/** The one table of a query's FROM clause, if equality with the row outside chooses among its rows. */
export function groupedTable(node: TreeNode, facts: ResolvedFacts): GroupedTable | undefined {
  const select = child(node, 'query', 'queryExpr', 'astSelectNode');
  const table = child(select, 'fromClause', 'tableExpression', 'astTablePathExpressionNode');
  const path = spanOf(child(table, 'pathExpr'));
  const names = pathSegments(child(table, 'pathExpr'));
  const [first = '', ...others] = names;
  const ofWith = others.length === 0 ? facts.withColumns.get(first.toLowerCase()) : undefined;
  const columns = path && (facts.scans.get(path.start) ?? ofWith);
  if (select === undefined || table === undefined || path === undefined || columns === undefined)
    return undefined;
  const known = new Set(['parent', 'pathExpr', 'alias']);
  if (!Object.entries(table).every(([key, value]) => known.has(key) || value === false)) return undefined;
  const alias = child(table, 'alias');
  const name = [...names, ...(alias ? namesOf(alias) : [])].at(-1) ?? '';
  const keys = conjuncts(child(select, 'whereClause')?.expression).flatMap(
    (each) => keyOf(each, facts) ?? [],
  );
  if (keys.length === 0) return undefined;
  return { span: { start: path.start, end: spanOf(alias)?.end ?? path.end }, path, name, columns, keys };
}

const namesOf = (alias: TreeNode): readonly string[] => {
  const name = child(alias, 'identifier')?.idString;
  return typeof name === 'string' ? [name] : [];
};

function conjuncts(expression: unknown): readonly unknown[] {
  const { kind, node } = unwrap(expression) ?? {};
  return kind === 'astAndExprNode' ? children(node, 'conjuncts').flatMap(conjuncts) : [expression];
}

function keyOf(expression: unknown, facts: ResolvedFacts): GroupedTable['keys'][number] | undefined {
  const { kind, node } = unwrap(expression) ?? {};
  const place = spanOf(node);
  if (kind !== 'astBinaryExpressionNode' || node?.op !== 'EQ' || place === undefined) return undefined;
  if (!facts.equalities.has(spanKey(place))) return undefined;
  const sides = [node.lhs, node.rhs].map((side) => spanOf(unwrap(side)?.node));
  const [left, right] = sides;
  if (left === undefined || right === undefined) return undefined;
  const [ofLeft, ofRight] = [sideOf(left, facts), sideOf(right, facts)];
  if (ofLeft === 'inner' && ofRight === 'outer') return { inner: left, outer: right };
  if (ofLeft === 'outer' && ofRight === 'inner') return { inner: right, outer: left };
  return undefined;
}

function sideOf(span: ByteSpan, facts: ResolvedFacts): 'inner' | 'outer' | undefined {
  const isInside = (other: ByteSpan) => span.start <= other.start && other.end <= span.end;
  if ([...facts.queries.keys()].some((key) => isInside(spanOfKey(key)))) return undefined;
  const columns = facts.columns.filter((column) => isInside(column.span));
  if (columns.length === 0) return undefined;
  if (columns.every(({ isCorrelated }) => isCorrelated)) return 'outer';
  return columns.some(({ isCorrelated }) => isCorrelated) ? undefined : 'inner';
}

function spanOfKey(key: string): ByteSpan {
  const [start, end] = key.split('-').map(Number);
  return { start: start ?? 0, end: end ?? 0 };
}

function starsOf(select: TreeNode): RepeatingSelect['stars'] | undefined {
  const stars: { at: number; hasList: boolean }[] = [];
  for (const column of children(child(select, 'selectList'), 'columns')) {
    const { kind, node } = unwrap(column.expression) ?? {};
    const place = spanOf(node);
    if (kind !== 'astStarNode' && kind !== 'astStarWithModifiersNode') continue;
    if (place === undefined) return undefined;
    const last = children(child(node, 'modifiers', 'exceptList'), 'identifiers').at(-1);
    const listEnd = spanOf(last)?.end;
    stars.push({ at: listEnd ?? place.start + 1, hasList: listEnd !== undefined });
  }
  return stars;
}
