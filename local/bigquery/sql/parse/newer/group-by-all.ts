import {
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
import type { Edit, SqlText } from '../sql-text';

const aggregates = new Set([
  ...['ANY_VALUE', 'ARRAY_AGG', 'ARRAY_CONCAT_AGG', 'AVG', 'BIT_AND', 'BIT_OR', 'BIT_XOR', 'CORR', 'COUNT'],
  ...['COUNTIF', 'COVAR_POP', 'COVAR_SAMP', 'GROUPING', 'LOGICAL_AND', 'LOGICAL_OR', 'MAX', 'MAX_BY', 'MIN'],
  ...[
    'MIN_BY',
    'STDDEV',
    'STDDEV_POP',
    'STDDEV_SAMP',
    'STRING_AGG',
    'SUM',
    'VARIANCE',
    'VAR_POP',
    'VAR_SAMP',
  ],
  ...['APPROX_COUNT_DISTINCT', 'APPROX_QUANTILES', 'APPROX_TOP_COUNT', 'APPROX_TOP_SUM'],
]);

/** Whether an expression aggregates rows, other than in a query inside it. */
export function isAggregated(expression: unknown): boolean {
  if (Array.isArray(expression)) return expression.some(isAggregated);
  if (!isNode(expression)) return false;
  return Object.entries(expression).some(([key, value]) => {
    if (key === 'query' || !isNode(value)) return Array.isArray(value) && value.some(isAggregated);
    if (key === 'astAnalyticFunctionCallNode') return false;
    const name = pathSegments(child(value, 'function')).join('.').toUpperCase();
    return (key === 'astFunctionCallNode' && aggregates.has(name)) || isAggregated(value);
  });
}

/** GROUP BY ALL: by the columns that are no aggregates, windows or constants. */
export function groupByAllEdits(_: SqlText, tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astSelectNode', (select) => {
    const clause = child(select, 'groupBy');
    const all = spanOf(child(clause, 'all'));
    const whole = spanOf(clause);
    if (all === undefined || whole === undefined) return;
    const columns = children(child(select, 'selectList'), 'columns');
    if (columns.some((column) => /Star/.test(unwrap(column.expression)?.kind ?? '')))
      throw notImplemented('GROUP BY ALL with * in the select list');
    const keys = columns.flatMap(({ expression }, index) => (isKey(expression) ? [String(index + 1)] : []));
    // Without keys, all rows are one group, but only where there is an aggregate to say so.
    edits.push(keys.length > 0 ? { ...all, replacement: keys.join(', ') } : { ...whole, replacement: '' });
  });
  return edits;
}

function isKey(expression: unknown): boolean {
  const holder = { expression };
  if (isAggregated(holder)) return false;
  let [hasColumn, hasWindow] = [false, false];
  findAll(holder, 'astPathExpressionNode', () => {
    hasColumn = true;
  });
  findAll(holder, 'astAnalyticFunctionCallNode', () => {
    hasWindow = true;
  });
  return hasColumn && !hasWindow;
}
