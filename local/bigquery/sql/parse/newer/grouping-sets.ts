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
} from '../../engine/tree';
import { notImplemented } from '../query-errors';
import { bytesAt, type Edit, edited, quotedPath, type SqlText } from '../sql-text';
import { isAggregated } from './group-by-all';

/** The keys of one grouping, as they are written. */
type KeySet = readonly string[];

/** GROUPING SETS, ROLLUP and CUBE: a UNION ALL of one SELECT for each set of keys. */
export function groupingSetEdits(text: SqlText, tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astSelectNode', (select) => {
    const place = spanOf(select);
    const items = children(child(select, 'groupBy'), 'groupingItems');
    if (place === undefined) return;
    if (!items.some((item) => item.rollup ?? item.cube ?? item.groupingSetList)) {
      if (items.length > 0) edits.push(...plainGrouping([select.selectList, select.having]));
      return;
    }
    if (isNode(select.qualify) || select.distinct === true || isNode(select.windowClause))
      throw notImplemented('GROUPING SETS, ROLLUP or CUBE with DISTINCT, QUALIFY or WINDOW');
    const named = namedColumns(text, select);
    const sets = items
      .map((item) => setsOf(text, item).map((set) => set.map((key) => named.get(key.toLowerCase()) ?? key)))
      .reduce<readonly KeySet[]>(
        (product, own) => product.flatMap((left) => own.map((right) => [...left, ...right])),
        [[]],
      );
    const all = new Map(sets.flat().map((key) => [keyName(key), key]));
    const selects = sets.map((set) => `(${selectBy(text, select, place, new Set(set.map(keyName)), all)})`);
    edits.push({ ...place, replacement: `(${selects.join('\nUNION ALL\n')})` });
  });
  return edits;
}

/** GROUPING of a key that all rows are grouped by. */
function plainGrouping(parts: readonly unknown[]): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(parts, 'astFunctionCallNode', (node) => {
    const place = spanOf(node);
    const name = pathSegments(child(node, 'function')).join('.');
    if (place !== undefined && /^grouping$/i.test(name)) edits.push({ ...place, replacement: '0' });
  });
  return edits;
}

const keyName = (key: string): string => key.replace(/\s+/g, ' ').replace(/`/g, '').toLowerCase();

/** Ordinals and names of selected columns, with the expressions that they stand for. */
function namedColumns(text: SqlText, select: TreeNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [index, column] of children(child(select, 'selectList'), 'columns').entries()) {
    const place = spanOf(unwrap(column.expression)?.node);
    if (place === undefined || isAggregated({ expression: column.expression })) continue;
    names.set(String(index + 1), bytesAt(text, place));
    const alias = child(column, 'alias', 'identifier')?.idString;
    if (typeof alias === 'string') names.set(alias.toLowerCase(), bytesAt(text, place));
  }
  return names;
}

function setsOf(text: SqlText, item: TreeNode): readonly KeySet[] {
  const list = child(item, 'groupingSetList');
  if (list !== undefined) return children(list, 'groupingSets').flatMap((set) => setsOf(text, set));
  const keys = (part: unknown): string[] =>
    (isNode(part) && Array.isArray(part.expressions) ? part.expressions : []).map((each) =>
      written(text, each),
    );
  if (isNode(item.rollup)) {
    const all = keys(item.rollup);
    return Array.from({ length: all.length + 1 }, (_, index) => all.slice(0, all.length - index));
  }
  if (isNode(item.cube)) {
    const all = keys(item.cube);
    return Array.from({ length: 2 ** all.length }, (_, index) =>
      all.filter((_key, place) => (index & (1 << (all.length - 1 - place))) === 0),
    );
  }
  const { kind, node } = unwrap(item.expression) ?? {};
  if (kind !== 'astStructConstructorWithParensNode')
    return [kind === undefined ? [] : [written(text, item.expression)]];
  const fields = Array.isArray(node?.fieldExpressions) ? node.fieldExpressions : [];
  return [fields.map((field) => written(text, field))];
}

function written(text: SqlText, expression: unknown): string {
  const place = spanOf(unwrap(expression)?.node);
  return place === undefined ? '' : bytesAt(text, place);
}

/** The SELECT by some of the keys; the others are null in it. */
function selectBy(
  text: SqlText,
  select: TreeNode,
  place: ByteSpan,
  set: ReadonlySet<string>,
  all: ReadonlyMap<string, string>,
): string {
  const edits: Edit[] = [];
  const absent = new Map([...all].filter(([name]) => !set.has(name)));
  for (const column of children(child(select, 'selectList'), 'columns')) {
    const own = valueEdits(text, column.expression, absent, set);
    edits.push(...own);
    const path = pathSegments(unwrap(column.expression)?.node);
    const end = spanOf(column)?.end;
    const isReplaced = own.length > 0 && path.length > 0 && !isNode(column.alias);
    if (isReplaced && end !== undefined)
      edits.push({ start: end, end, replacement: ` AS ${quotedPath(path.slice(-1))}` });
  }
  edits.push(...valueEdits(text, child(select, 'having')?.expression, absent, set));
  const clause = spanOf(child(select, 'groupBy'));
  const keys = [...all].flatMap(([name, key]) => (set.has(name) ? [`(${key})`] : []));
  if (clause !== undefined)
    edits.push({ ...clause, replacement: keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : '' });
  const { bytes } = edited(text, edits);
  return bytes.slice(place.start, place.end + bytes.length - text.bytes.length);
}

/** Nulls of the keys' types where the keys stand outside of aggregates, and what GROUPING says. */
function valueEdits(
  text: SqlText,
  expression: unknown,
  absent: ReadonlyMap<string, string>,
  set: ReadonlySet<string>,
): Edit[] {
  const { kind, node } = unwrap(expression) ?? {};
  const place = spanOf(node);
  if (place === undefined || node === undefined) return [];
  const name = keyName(bytesAt(text, place));
  const key = absent.get(name);
  if (key !== undefined) return [{ ...place, replacement: `IF(FALSE, ANY_VALUE(${key}), NULL)` }];
  if (set.has(name)) return [];
  if (kind === 'astFunctionCallNode') {
    const called = pathSegments(child(node, 'function')).join('.').toUpperCase();
    const [argument] = children(node, 'arguments');
    if (called === 'GROUPING') {
      const isSet = set.has(keyName(written(text, argument)));
      return [{ ...place, replacement: isSet ? '0' : '1' }];
    }
    if (isAggregated({ astFunctionCallNode: { ...node, arguments: [] } })) return [];
  }
  return inner(node).flatMap((part) => valueEdits(text, part, absent, set));
}

/** The expressions right inside a node, without queries. */
function inner(node: TreeNode): readonly unknown[] {
  return Object.entries(node).flatMap(([key, value]): readonly unknown[] => {
    if (key === 'query' || key === 'function' || key === 'parent') return [];
    if (Array.isArray(value)) return value;
    if (!isNode(value)) return [];
    return unwrap(value) === undefined ? inner(value) : [value];
  });
}
