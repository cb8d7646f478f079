import { child, children, pathSegments, spanOf, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { bytesAt } from '../parse/sql-text';

/** How the array of a query is cut: into `slices` of `length` elements each; the last takes all the rest. */
export interface Slicing {
  readonly slices: number;
  readonly length: number;
}

/**
 * Expressions whose arrays, one behind the other, are the array that `value` gives: the arguments of
 * ARRAY_CONCAT, and slices of what ARRAY(query) gives. Any other expression stays whole.
 */
export function arrayPieces(run: StatementRun, value: unknown, slicing: Slicing): string[] {
  const parts = concatenated(value).map((part) => {
    const query = arrayQuery(part);
    const place = spanOf(query ?? unwrap(part)?.node);
    return { isQuery: query !== undefined, text: place === undefined ? 'NULL' : bytesAt(run.script, place) };
  });
  // One null argument makes the whole ARRAY_CONCAT null, so all pieces too. ARRAY(query) is never null.
  const isNull = parts.flatMap((part) => (part.isQuery ? [] : `(${part.text}\n) IS NULL`)).join(' OR ');
  const unlessNull = (piece: string) =>
    isNull === '' || parts.length === 1 ? piece : `IF(${isNull}, NULL, ${piece})`;
  return parts
    .flatMap((part) => (part.isQuery ? slicesOf(part.text, slicing) : `(${part.text}\n)`))
    .map(unlessNull);
}

/** The arguments of an ARRAY_CONCAT and of those inside it; another expression alone. */
function concatenated(value: unknown): readonly unknown[] {
  const { kind, node } = unwrap(value) ?? {};
  const [name, ...others] = pathSegments(child(node, 'function'));
  const isConcatenation =
    kind === 'astFunctionCallNode' && others.length === 0 && name?.toUpperCase() === 'ARRAY_CONCAT';
  return isConcatenation ? children(node, 'arguments').flatMap(concatenated) : [value];
}

/** The query of an ARRAY(query). */
function arrayQuery(value: unknown): TreeNode | undefined {
  const { kind, node } = unwrap(value) ?? {};
  const isArray = kind === 'astExpressionSubqueryNode' && stringAt(node, 'modifier') === 'ARRAY';
  return isArray ? child(node, 'query') : undefined;
}

/**
 * The engine gives a query's rows in the same order each time, so slices fit together without an ORDER BY
 * too.
 */
function slicesOf(query: string, { slices, length }: Slicing): string[] {
  return Array.from({ length: slices }, (_, index) => {
    const count = index === slices - 1 ? String(2n ** 63n - 1n) : length;
    return `ARRAY((${query}\n) LIMIT ${count} OFFSET ${index * length})`;
  });
}
