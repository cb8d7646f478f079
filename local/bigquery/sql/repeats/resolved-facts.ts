import { functionCall } from '../analyse/conditions/filters';
import { readsTable } from '../analyse/scans';
import {
  type ByteSpan,
  child,
  children,
  findAll,
  spanOf,
  stringAt,
  type TreeNode,
  typeOfExpression,
  unwrap,
} from '../engine/tree';

/** What the analysed tree says of a query inside an expression. */
export interface ResolvedQuery {
  readonly kind: 'IN' | 'EXISTS' | 'SCALAR' | 'ARRAY';
  /** Whether it sees columns of the queries around it. */
  readonly isCorrelated: boolean;
  readonly readsTable: boolean;
  /** Of IN: whether both sides have one type, whose equal values are found by hashing. */
  readonly isExact: boolean;
}

/** What is known of a text's expressions, by where they stand: `start-end`, or the start alone. */
export interface ResolvedFacts {
  readonly queries: ReadonlyMap<string, ResolvedQuery>;
  readonly columns: readonly { readonly span: ByteSpan; readonly isCorrelated: boolean }[];
  /** Comparisons by `=` whose equal values are found by hashing. */
  readonly equalities: ReadonlySet<string>;
  /** Arrays of IN UNNEST, by their start, that are the same for all rows, with values of an exact type. */
  readonly arrays: ReadonlySet<number>;
  /** The columns that are used of a table that is read there. */
  readonly scans: ReadonlyMap<number, readonly string[]>;
  /** The columns of an entry of WITH, by its name in lower case; undefined where that is not clear. */
  readonly withColumns: ReadonlyMap<string, readonly string[] | undefined>;
}

/** Types whose values are equal exactly where their hashes' texts are: not FLOAT64, with its two zeros. */
const exactKinds = new Set([
  ...['TYPE_STRING', 'TYPE_INT64', 'TYPE_BOOL', 'TYPE_BYTES', 'TYPE_NUMERIC', 'TYPE_BIGNUMERIC'],
  ...['TYPE_DATE', 'TYPE_TIMESTAMP', 'TYPE_DATETIME', 'TYPE_TIME'],
]);

export const spanKey = ({ start, end }: ByteSpan): string => `${start}-${end}`;

/** Gathers them from an analysed statement. */
export function resolvedFacts(statement: TreeNode): ResolvedFacts {
  const queries = new Map<string, ResolvedQuery>();
  const columns: { span: ByteSpan; isCorrelated: boolean }[] = [];
  const equalities = new Set<string>();
  const arrays = new Set<number>();
  const scans = new Map<number, readonly string[]>();
  const withColumns = new Map<string, readonly string[] | undefined>();
  const tree = [statement];
  findAll(tree, 'resolvedSubqueryExprNode', (node) => {
    const place = spanOf(node);
    const query = resolvedQuery(node);
    if (place !== undefined && query !== undefined) queries.set(spanKey(place), query);
  });
  findAll(tree, 'resolvedColumnRefNode', (node) => {
    const span = spanOf(node);
    if (span !== undefined) columns.push({ span, isCorrelated: node.isCorrelated === true });
  });
  findAll(tree, 'resolvedFunctionCallBaseNode', (node) => {
    const call = functionCall({ resolvedFunctionCallBaseNode: node });
    if (call === undefined) return;
    const [left, right] = call.arguments;
    if (call.name === 'ZetaSQL:$equal') {
      const place = spanOf(unwrap({ resolvedFunctionCallBaseNode: node })?.node);
      if (place !== undefined && isExactPair(typeOfExpression(left), typeOfExpression(right)))
        equalities.add(spanKey(place));
    }
    if (call.name === 'ZetaSQL:$in_array' && isConstant(right)) {
      const place = spanOf(unwrap(right)?.node);
      const elementType = child(typeOfExpression(right), 'arrayType', 'elementType');
      if (place !== undefined && isExactPair(typeOfExpression(left), elementType)) arrays.add(place.start);
    }
  });
  findAll(tree, 'resolvedTableScanNode', (node) => {
    const place = spanOf(node);
    const names = columnNames(node);
    if (place !== undefined && names !== undefined) scans.set(place.start, names);
  });
  findAll(tree, 'resolvedWithRefScanNode', (node) => {
    const name = stringAt(node, 'withQueryName')?.toLowerCase() ?? '';
    const names = columnNames(node);
    const known = withColumns.get(name);
    // Two entries may have one name, in queries of their own.
    const isOther = known !== undefined && known?.join() !== names?.join();
    withColumns.set(name, isOther ? undefined : names);
  });
  return { queries, columns, equalities, arrays, scans, withColumns };
}

/** The names of a scan's columns; undefined where some have none, or the same. */
function columnNames(scan: TreeNode): readonly string[] | undefined {
  const list = children(child(scan, 'parent'), 'columnList');
  const names = list.map((column) => stringAt(column, 'name') ?? '$');
  const areNames = names.every((name) => !name.startsWith('$')) && new Set(names).size === names.length;
  return areNames ? names : undefined;
}

function resolvedQuery(node: TreeNode): ResolvedQuery | undefined {
  const kind = stringAt(node, 'subqueryType');
  if (kind !== 'IN' && kind !== 'EXISTS' && kind !== 'SCALAR' && kind !== 'ARRAY') return undefined;
  const scan = unwrap(node.subquery)?.node;
  return {
    kind,
    isCorrelated: children(node, 'parameterList').length > 0,
    readsTable: readsTable(node),
    isExact:
      kind === 'IN' && isExactPair(typeOfExpression(node.inExpr), child(outputColumns(scan)[0], 'type')),
  };
}

const isConstant = (expression: unknown): boolean => {
  const { kind = '' } = unwrap(expression) ?? {};
  return ['resolvedParameterNode', 'resolvedConstantNode', 'resolvedLiteralNode'].includes(kind);
};

function outputColumns(scan: TreeNode | undefined): readonly TreeNode[] {
  for (let part = scan; part !== undefined; part = child(part, 'parent')) {
    const list = children(part, 'columnList');
    if (list.length > 0) return list;
  }
  return [];
}

function isExactPair(left: TreeNode | undefined, right: TreeNode | undefined): boolean {
  const kind = stringAt(left, 'typeKind');
  return kind !== undefined && kind === stringAt(right, 'typeKind') && exactKinds.has(kind);
}
