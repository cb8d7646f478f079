import {
  type ByteSpan,
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  spanOf,
  stringAt,
  type TreeNode,
  unwrap,
} from '../engine/tree';

/**
 * `SELECT … FROM one_table [WHERE …] [GROUP BY …] [HAVING …]` without a query inside. Spans are of the whole
 * text.
 */
export interface LeafSelect {
  readonly span: ByteSpan;
  readonly distinct: boolean;
  readonly columns: readonly SelectColumn[];
  /** The whole select list. */
  readonly list: ByteSpan;
  /** The table with its alias. */
  readonly from: ByteSpan;
  readonly tablePath: ByteSpan;
  readonly where: ByteSpan | undefined;
  /** Expressions of GROUP BY; undefined where there is none. */
  readonly groupBy: readonly GroupingItem[] | undefined;
  readonly hasHaving: boolean;
  /** What each of its window functions partitions by. */
  readonly windows: readonly (readonly ByteSpan[])[];
  /** The condition of QUALIFY, where window functions stand in it alone. */
  readonly qualify: ByteSpan | undefined;
  readonly calls: readonly Call[];
}

export interface SelectColumn {
  readonly span: ByteSpan;
  readonly alias: string | undefined;
  /** The names of an expression that is a path. Without an alias, the last is the column's name. */
  readonly path: readonly string[];
  readonly isStar: boolean;
}

export interface GroupingItem {
  readonly span: ByteSpan;
  /** The item's name, if the item is just a name. */
  readonly name: string | undefined;
  readonly isNumber: boolean;
}

/** A function call in a select list; `isPlain`: without DISTINCT, ORDER BY, HAVING and the like inside. */
export interface Call {
  readonly span: ByteSpan;
  readonly name: string;
  readonly isPlain: boolean;
}

const knownParts = new Set([
  'parent',
  'distinct',
  'selectList',
  'fromClause',
  'whereClause',
  'groupBy',
  'having',
  'qualify',
]);
const knownFromParts = new Set(['parent', 'pathExpr', 'alias']);

/** The leaf selects of a parsed text, except those with parts that are not known here. */
export function leafSelects(tree: unknown): readonly LeafSelect[] {
  const found: LeafSelect[] = [];
  findAll(tree, 'astSelectNode', (node) => {
    const leaf = leafSelect(node);
    if (leaf !== undefined) found.push(leaf);
  });
  return found;
}

function leafSelect(node: TreeNode): LeafSelect | undefined {
  const place = spanOf(node);
  const from = tableOf(node);
  if (place === undefined || from === undefined || !hasOnly(node, knownParts)) return undefined;
  if (contains(node, 'astSelectNode')) return undefined;
  const columns = children(child(node, 'selectList'), 'columns').map(selectColumn);
  const items = groupingItems(child(node, 'groupBy'));
  const where = child(node, 'whereClause');
  const list = spanOf(child(node, 'selectList'));
  const condition = spanOf(unwrap(where?.expression)?.node);
  if (items === 'unknown' || (where !== undefined && condition === undefined)) return undefined;
  const windows = windowsIn(node);
  if (windows === undefined || (windows.length > 0 && (items !== undefined || node.distinct === true)))
    return undefined;
  if (list === undefined || columns.some((column) => column === undefined)) return undefined;
  return {
    ...from,
    span: place,
    distinct: node.distinct === true,
    columns: columns.flatMap((column) => column ?? []),
    list,
    where: condition,
    groupBy: items,
    hasHaving: isNode(node.having),
    windows,
    qualify: contains({ list: node.selectList }, 'astAnalyticFunctionCallNode')
      ? undefined
      : spanOf(unwrap(child(node, 'qualify')?.expression)?.node),
    calls: callsIn(node.selectList),
  };
}

/** Whether a node has no other parts than those; a flag that is off is none. */
export function hasOnly(node: TreeNode, known: ReadonlySet<string>): boolean {
  return Object.entries(node).every(([key, value]) => known.has(key) || value === false);
}

function contains(tree: TreeNode, key: string): boolean {
  let found = false;
  findAll(Object.values(tree), key, () => {
    found = true;
  });
  return found;
}

function tableOf(node: TreeNode): { readonly from: ByteSpan; readonly tablePath: ByteSpan } | undefined {
  const table = child(node, 'fromClause', 'tableExpression', 'astTablePathExpressionNode');
  const tablePath = spanOf(child(table, 'pathExpr'));
  const alias = spanOf(child(table, 'alias'));
  if (table === undefined || tablePath === undefined || !hasOnly(table, knownFromParts)) return undefined;
  return { from: { start: tablePath.start, end: alias?.end ?? tablePath.end }, tablePath };
}

function selectColumn(column: TreeNode): SelectColumn | undefined {
  const expression = unwrap(column.expression);
  const place = spanOf(expression?.node);
  if (expression === undefined || place === undefined) return undefined;
  return {
    span: place,
    alias: stringAt(child(column, 'alias', 'identifier'), 'idString'),
    path: expression.kind === 'astPathExpressionNode' ? pathSegments(expression.node) : [],
    isStar: /Star/.test(expression.kind),
  };
}

function groupingItems(groupBy: TreeNode | undefined): readonly GroupingItem[] | undefined | 'unknown' {
  if (groupBy === undefined) return undefined;
  if (!hasOnly(groupBy, new Set(['parent', 'groupingItems']))) return 'unknown';
  const items = children(groupBy, 'groupingItems').map((item): GroupingItem | undefined => {
    const expression = unwrap(item.expression);
    const place = spanOf(expression?.node);
    if (expression === undefined || place === undefined || !hasOnly(item, new Set(['parent', 'expression'])))
      return undefined;
    const path = expression.kind === 'astPathExpressionNode' ? pathSegments(expression.node) : [];
    return {
      span: place,
      name: path.length === 1 ? path[0] : undefined,
      isNumber: expression.kind === 'astIntLiteralNode',
    };
  });
  if (items.length === 0 || items.some((item) => item === undefined)) return 'unknown';
  return items.flatMap((item) => item ?? []);
}

/** Undefined where a window has a name: what it partitions by stands elsewhere. */
function windowsIn(node: TreeNode): LeafSelect['windows'] | undefined {
  const windows: ByteSpan[][] = [];
  let areKnown = true;
  findAll(Object.values(node), 'astAnalyticFunctionCallNode', (call) => {
    const spec = child(call, 'windowSpec');
    areKnown &&= spec !== undefined && !isNode(spec.baseWindowName);
    const { partitioningExpressions } = child(spec, 'partitionBy') ?? {};
    const list = Array.isArray(partitioningExpressions) ? partitioningExpressions : [];
    windows.push(list.flatMap((expression) => spanOf(unwrap(expression)?.node) ?? []));
  });
  return areKnown ? windows : undefined;
}

const plainCallParts = new Set(['parent', 'function', 'arguments', 'nullHandlingModifier']);

function callsIn(selectList: unknown): readonly Call[] {
  const calls: Call[] = [];
  findAll(selectList, 'astFunctionCallNode', (node) => {
    const place = spanOf(node);
    if (place === undefined) return;
    const isPlain =
      hasOnly(node, plainCallParts) && (stringAt(node, 'nullHandlingModifier') ?? '').startsWith('DEFAULT');
    calls.push({ span: place, name: pathSegments(child(node, 'function')).join('.').toUpperCase(), isPlain });
  });
  return calls;
}
