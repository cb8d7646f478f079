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

/** A query with ORDER BY, LIMIT or both at its end. Spans are of the whole text. */
export interface SortedQuery {
  /** Where the list of a plain SELECT ends, so that columns can be added to it. */
  readonly listEnd: number | undefined;
  readonly clauses: readonly ByteSpan[];
  readonly items: readonly SortItem[];
  readonly limit: ByteSpan | undefined;
  readonly offset: ByteSpan | undefined;
}

export interface SortItem {
  readonly span: ByteSpan;
  /** The expression, if it is just a name, and the names that it begins paths with otherwise. */
  readonly name: string | undefined;
  readonly names: readonly string[];
  readonly isNumber: boolean;
  readonly isDescending: boolean;
  readonly areNullsLast: boolean;
}

/** Reads it from a parsed text; undefined where the text has neither, or says more than is known here. */
export function sortedQuery(tree: unknown): SortedQuery | undefined {
  const [statement, ...others] = children(child(tree, 'statementListNode'), 'statementList');
  const query = child(statement, 'astQueryStatementNode', 'query');
  const orderBy = child(query, 'orderBy');
  const limitOffset = child(query, 'limitOffset');
  if (query === undefined || others.length > 0 || (orderBy ?? limitOffset) === undefined) return undefined;
  const items = children(orderBy, 'orderingExpressions').map(sortItem);
  const select = child(query, 'queryExpr', 'astSelectNode');
  const isPlain = select !== undefined && select.distinct !== true;
  return items.includes(undefined)
    ? undefined
    : {
        listEnd: isPlain ? spanOf(child(select, 'selectList'))?.end : undefined,
        clauses: [orderBy, limitOffset].flatMap((clause) => spanOf(clause) ?? []),
        items: items.flatMap((item) => item ?? []),
        limit: spanOf(unwrap(limitOffset?.limit)?.node),
        offset: spanOf(unwrap(limitOffset?.offset)?.node),
      };
}

function sortItem(item: TreeNode): SortItem | undefined {
  const expression = unwrap(item.expression);
  const span = spanOf(expression?.node);
  if (expression === undefined || span === undefined || isNode(item.collate)) return undefined;
  const isDescending = item.orderingSpec === 'DESC';
  const nulls = child(item, 'nullOrder');
  const names: string[] = [];
  findAll([item.expression], 'astPathExpressionNode', (node) =>
    names.push(...pathSegments(node).slice(0, 1)),
  );
  const path = expression.kind === 'astPathExpressionNode' ? pathSegments(expression.node) : [];
  return {
    span,
    name: path.length === 1 ? path[0] : undefined,
    names,
    isNumber: expression.kind === 'astIntLiteralNode',
    isDescending,
    areNullsLast: nulls === undefined ? isDescending : nulls.nullsFirst !== true,
  };
}
