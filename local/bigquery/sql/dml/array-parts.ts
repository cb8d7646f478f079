import { child, children, pathSegments, spanOf, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { hasOnly } from '../parse/leaf-selects';
import { bytesAt, quotedPath } from '../parse/sql-text';
import { targetName } from './change-table';

/** How the array of a query is cut: into `slices` of `length` elements each; the last takes all the rest. */
export interface Slicing {
  readonly slices: number;
  readonly length: number;
}

/**
 * A part of the array that is assigned to a column:
 * - `present`: the column's own elements as they are. The engine need not give them back;
 * - `places`: some of these elements. The engine gives their places;
 * - `made`: elements that the engine makes.
 */
export interface ArrayPart {
  readonly kind: 'present' | 'places' | 'made';
  /** What the engine evaluates; also for `present`, which is asked for only where it must not be null. */
  readonly text: string;
  readonly isQuery: boolean;
  readonly isNullable: boolean;
}

/** The column that is assigned to. */
export interface AssignedColumn {
  readonly name: string;
  /** Without the table's name it is surely the target's: the statement has no FROM clause. */
  readonly isAlone: boolean;
}

/**
 * Parts whose arrays, one behind the other, are the array that `value` gives: the arguments of ARRAY_CONCAT.
 * Any other expression is one part.
 */
export function arrayParts(run: StatementRun, value: unknown, column: AssignedColumn): readonly ArrayPart[] {
  const parts = concatenated(value).map((part) => arrayPart(run, part, column));
  // What the engine makes of null is empty here. So where a part can be null, it makes the others, too.
  const isSure = !parts.some(({ kind, isNullable }) => kind === 'made' && isNullable);
  return parts.map((part) => (part.kind === 'present' && !isSure ? { ...part, kind: 'made' } : part));
}

function arrayPart(run: StatementRun, value: unknown, column: AssignedColumn): ArrayPart {
  const query = arrayQuery(value);
  if (query !== undefined) {
    const places = placesOf(run, query, column);
    const kind = places === undefined ? 'made' : 'places';
    return { kind, text: places ?? textOf(run, query), isQuery: true, isNullable: false };
  }
  const { kind, node } = unwrap(value) ?? {};
  const text = `(${textOf(run, node)}\n)`;
  const isPresent = isColumn(run, value, column) || isColumn(run, unlessNull(value), column);
  const isNullable = kind !== 'astArrayConstructorNode' && unlessNull(value) === undefined;
  return { kind: isPresent ? 'present' : 'made', text, isQuery: false, isNullable };
}

/** The texts that the engine evaluates for a part: a query may be cut, anything else stays whole. */
export function partTexts(part: ArrayPart, parts: readonly ArrayPart[], slicing: Slicing): readonly string[] {
  if (part.kind === 'present') return [];
  // One null argument makes the whole ARRAY_CONCAT null, so all parts too.
  const nullable = parts.length === 1 ? [] : parts.filter(({ isNullable }) => isNullable);
  const isNull = nullable.map(({ text }) => `${text} IS NULL`).join(' OR ');
  const pieces = part.isQuery ? slicesOf(part.text, slicing) : [part.text];
  return isNull === '' ? pieces : pieces.map((piece) => `IF(${isNull}, NULL, ${piece})`);
}

/** The arguments of an ARRAY_CONCAT and of those inside it; another expression alone. */
function concatenated(value: unknown): readonly unknown[] {
  const called = callOf(value, 'ARRAY_CONCAT');
  return called === undefined ? [value] : called.flatMap(concatenated);
}

/** The arguments, where the expression is a call of that function. */
function callOf(value: unknown, functionName: string): readonly TreeNode[] | undefined {
  const { kind, node } = unwrap(value) ?? {};
  const [name, ...others] = pathSegments(child(node, 'function'));
  const isCall =
    kind === 'astFunctionCallNode' && others.length === 0 && name?.toUpperCase() === functionName;
  return isCall ? children(node, 'arguments') : undefined;
}

/** The query of an ARRAY(query). */
function arrayQuery(value: unknown): TreeNode | undefined {
  const { kind, node } = unwrap(value) ?? {};
  const isArray = kind === 'astExpressionSubqueryNode' && stringAt(node, 'modifier') === 'ARRAY';
  return isArray ? child(node, 'query') : undefined;
}

/** The x of IFNULL(x, []). */
function unlessNull(value: unknown): TreeNode | undefined {
  const [given, otherwise, ...others] = callOf(value, 'IFNULL') ?? [];
  const empty = unwrap(otherwise);
  const isEmpty = empty?.kind === 'astArrayConstructorNode' && children(empty.node, 'elements').length === 0;
  return others.length === 0 && isEmpty ? given : undefined;
}

function isColumn(run: StatementRun, value: unknown, { name, isAlone }: AssignedColumn): boolean {
  const { kind, node } = unwrap(value) ?? {};
  if (kind !== 'astPathExpressionNode') return false;
  const path = pathSegments(node).map((segment) => segment.toLowerCase());
  const folded = name.toLowerCase();
  if (path.length === 1) return isAlone && path[0] === folded;
  return path.length === 2 && path[0] === targetName(run).toLowerCase() && path[1] === folded;
}

const knownSelectParts = new Set(['parent', 'distinct', 'selectList', 'fromClause', 'whereClause']);
const knownQueryParts = new Set(['parent', 'queryExpr', 'orderBy']);
const knownColumnParts = new Set(['parent', 'expression']);

/**
 * The query with the elements' places instead of the elements, where it is of the form
 * `SELECT element FROM UNNEST(column) AS element WITH OFFSET AS place …`.
 */
function placesOf(run: StatementRun, query: TreeNode, column: AssignedColumn): string | undefined {
  const select = child(query, 'queryExpr', 'astSelectNode');
  const isPlain =
    hasOnly(query, knownQueryParts) && select !== undefined && hasOnly(select, knownSelectParts);
  const source = firstSource(child(select, 'fromClause', 'tableExpression'));
  const offset = child(source, 'withOffset');
  const [whole, list] = [spanOf(query), spanOf(child(select, 'selectList'))];
  if (!isPlain || ordersByNumber(query) || offset === undefined) return undefined;
  if (!selectsElement(select, source) || whole === undefined || list === undefined) return undefined;
  const [array, ...arrays] = children(child(source, 'unnestExpr'), 'expressions');
  if (arrays.length > 0 || !isColumn(run, array?.expression, column)) return undefined;
  const place = quotedPath([identifier(offset) ?? 'offset']);
  const before = bytesAt(run.script, { start: whole.start, end: list.start });
  return `${before}${place}${bytesAt(run.script, { start: list.end, end: whole.end })}`;
}

function selectsElement(select: TreeNode, source: TreeNode | undefined): boolean {
  const [selected, ...others] = children(child(select, 'selectList'), 'columns');
  if (selected === undefined || others.length > 0 || !hasOnly(selected, knownColumnParts)) return false;
  const path = pathSegments(unwrap(selected.expression)?.node);
  return path.length === 1 && path[0]?.toLowerCase() === identifier(source)?.toLowerCase();
}

/** `ORDER BY 1` would mean the places then. */
const ordersByNumber = (query: TreeNode): boolean =>
  children(child(query, 'orderBy'), 'orderingExpressions').some(
    ({ expression }) => unwrap(expression)?.kind === 'astIntLiteralNode',
  );

/** The leftmost table of joins. */
function firstSource(from: unknown): TreeNode | undefined {
  const { kind, node } = unwrap(from) ?? {};
  return kind === 'astJoinNode' ? firstSource(node?.lhs) : node;
}

const identifier = (node: TreeNode | undefined): string | undefined =>
  stringAt(child(node, 'alias', 'identifier'), 'idString');

function textOf(run: StatementRun, node: unknown): string {
  const place = spanOf(node);
  return place === undefined ? 'NULL' : bytesAt(run.script, place);
}

/**
 * The engine gives a query's rows in the same order each time, so slices fit together without an ORDER BY
 * too.
 */
function slicesOf(query: string, { slices, length }: Slicing): string[] {
  if (slices === 1) return [`ARRAY(${query}\n)`];
  return Array.from({ length: slices }, (_, index) => {
    const count = index === slices - 1 ? String(2n ** 63n - 1n) : length;
    return `ARRAY((${query}\n) LIMIT ${count} OFFSET ${index * length})`;
  });
}
