import { child, children, type Node, span, text, unwrap } from '../engine/tree';
import { pathOf } from '../parse/parser';
import { type ChangingStatement, textOf } from './change-table';

/** How the array of a query is taken apart: into so many slices of so many elements each; the last takes all the rest. */
export interface Slicing {
  readonly slices: number;
  readonly length: number;
}

/**
 * Expressions whose arrays, one behind the other, are the array that `value` gives: the arguments of ARRAY_CONCAT, and
 * slices of what ARRAY(query) gives. One expression, the whole of it, where it is neither.
 */
export function arrayPieces(changing: ChangingStatement, value: unknown, slicing: Slicing): string[] {
  const parts = concatenated(value).map((part) => {
    const query = arrayQuery(part);
    const place = span(query ?? unwrap(part)?.node);
    return { isQuery: query !== undefined, text: place === undefined ? 'NULL' : textOf(changing, place) };
  });
  // One null argument makes ARRAY_CONCAT null, and all pieces with it; ARRAY(query) never is.
  const isNull = parts.flatMap((part) => (part.isQuery ? [] : `(${part.text}\n) IS NULL`)).join(' OR ');
  const unlessNull = (piece: string) =>
    isNull === '' || parts.length === 1 ? piece : `IF(${isNull}, NULL, ${piece})`;
  return parts
    .flatMap((part) => (part.isQuery ? slicesOf(part.text, slicing) : `(${part.text}\n)`))
    .map(unlessNull);
}

/** The arguments of an ARRAY_CONCAT, and of those within it; of another expression the expression. */
function concatenated(value: unknown): readonly unknown[] {
  const { kind, node } = unwrap(value) ?? {};
  const [name, ...others] = pathOf(child(node, 'function'));
  const isConcatenation =
    kind === 'astFunctionCallNode' && others.length === 0 && name?.toUpperCase() === 'ARRAY_CONCAT';
  return isConcatenation ? children(node, 'arguments').flatMap(concatenated) : [value];
}

/** The query of an ARRAY(query). */
function arrayQuery(value: unknown): Node | undefined {
  const { kind, node } = unwrap(value) ?? {};
  const isArray = kind === 'astExpressionSubqueryNode' && text(node, 'modifier') === 'ARRAY';
  return isArray ? child(node, 'query') : undefined;
}

/** The engine gives a query's rows in the same order each time, so slices fit together also without an ORDER BY. */
function slicesOf(query: string, { slices, length }: Slicing): string[] {
  return Array.from({ length: slices }, (_, index) => {
    const count = index === slices - 1 ? String(2n ** 63n - 1n) : length;
    return `ARRAY((${query}\n) LIMIT ${count} OFFSET ${index * length})`;
  });
}
