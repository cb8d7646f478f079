import { child, children, findAll, isNode, type Node, type Span, span, text, unwrap } from '../engine/tree';
import { pathOf } from './parser';

/** `SELECT … FROM one_table [WHERE …] [GROUP BY …] [HAVING …]` without a query inside. Spans are of the whole text. */
export interface LeafSelect {
  readonly span: Span;
  readonly distinct: boolean;
  readonly columns: readonly SelectColumn[];
  /** The whole select list. */
  readonly list: Span;
  /** The table with its alias. */
  readonly from: Span;
  readonly tablePath: Span;
  readonly where: Span | undefined;
  /** Expressions of GROUP BY; undefined where there is none. */
  readonly groupBy: readonly GroupingItem[] | undefined;
  readonly hasHaving: boolean;
  readonly calls: readonly Call[];
}

export interface SelectColumn {
  readonly span: Span;
  readonly alias: string | undefined;
  /** The names of an expression that is a path; the last is the column's name where it has no alias. */
  readonly path: readonly string[];
  readonly isStar: boolean;
}

export interface GroupingItem {
  readonly span: Span;
  /** Where the item is one name. */
  readonly name: string | undefined;
  readonly isNumber: boolean;
}

/** A function call in a select list; `isPlain`: without DISTINCT, ORDER BY, HAVING and the like inside. */
export interface Call {
  readonly span: Span;
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
]);
const knownFromParts = new Set(['parent', 'pathExpr', 'alias']);

/** The leaf selects of a parsed text that can be understood; all others are left out. */
export function leafSelects(tree: unknown): readonly LeafSelect[] {
  const found: LeafSelect[] = [];
  findAll(tree, 'astSelectNode', (node) => {
    const leaf = leafSelect(node);
    if (leaf !== undefined) found.push(leaf);
  });
  return found;
}

function leafSelect(node: Node): LeafSelect | undefined {
  const place = span(node);
  const from = tableOf(node);
  if (place === undefined || from === undefined || !hasOnly(node, knownParts)) return undefined;
  if (contains(node, 'astSelectNode') || contains(node, 'astAnalyticFunctionCallNode')) return undefined;
  const columns = children(child(node, 'selectList'), 'columns').map(selectColumn);
  const items = groupingItems(child(node, 'groupBy'));
  const where = child(node, 'whereClause');
  const list = span(child(node, 'selectList'));
  const condition = span(unwrap(where?.expression)?.node);
  if (items === 'unknown' || (where !== undefined && condition === undefined)) return undefined;
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
    calls: callsIn(node.selectList),
  };
}

function hasOnly(node: Node, known: ReadonlySet<string>): boolean {
  return Object.entries(node).every(([key, value]) => known.has(key) || value === false);
}

function contains(tree: Node, key: string): boolean {
  let found = false;
  findAll(Object.values(tree), key, () => {
    found = true;
  });
  return found;
}

function tableOf(node: Node): { readonly from: Span; readonly tablePath: Span } | undefined {
  const table = child(node, 'fromClause', 'tableExpression', 'astTablePathExpressionNode');
  const tablePath = span(child(table, 'pathExpr'));
  const alias = span(child(table, 'alias'));
  if (table === undefined || tablePath === undefined || !hasOnly(table, knownFromParts)) return undefined;
  return { from: { start: tablePath.start, end: alias?.end ?? tablePath.end }, tablePath };
}

function selectColumn(column: Node): SelectColumn | undefined {
  const expression = unwrap(column.expression);
  const place = span(expression?.node);
  if (expression === undefined || place === undefined) return undefined;
  return {
    span: place,
    alias: text(child(column, 'alias', 'identifier'), 'idString'),
    path: expression.kind === 'astPathExpressionNode' ? pathOf(expression.node) : [],
    isStar: /Star/.test(expression.kind),
  };
}

function groupingItems(groupBy: Node | undefined): readonly GroupingItem[] | undefined | 'unknown' {
  if (groupBy === undefined) return undefined;
  if (!hasOnly(groupBy, new Set(['parent', 'groupingItems']))) return 'unknown';
  const items = children(groupBy, 'groupingItems').map((item): GroupingItem | undefined => {
    const expression = unwrap(item.expression);
    const place = span(expression?.node);
    if (expression === undefined || place === undefined || !hasOnly(item, new Set(['parent', 'expression'])))
      return undefined;
    const path = expression.kind === 'astPathExpressionNode' ? pathOf(expression.node) : [];
    return {
      span: place,
      name: path.length === 1 ? path[0] : undefined,
      isNumber: expression.kind === 'astIntLiteralNode',
    };
  });
  if (items.length === 0 || items.some((item) => item === undefined)) return 'unknown';
  return items.flatMap((item) => item ?? []);
}

const plainCallParts = new Set(['parent', 'function', 'arguments', 'nullHandlingModifier']);

function callsIn(selectList: unknown): readonly Call[] {
  const calls: Call[] = [];
  findAll(selectList, 'astFunctionCallNode', (node) => {
    const place = span(node);
    if (place === undefined) return;
    const isPlain =
      hasOnly(node, plainCallParts) && (text(node, 'nullHandlingModifier') ?? '').startsWith('DEFAULT');
    calls.push({ span: place, name: pathOf(child(node, 'function')).join('.').toUpperCase(), isPlain });
  });
  return calls;
}
