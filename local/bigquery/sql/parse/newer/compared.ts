import {
  type ByteSpan,
  child,
  children,
  findAll,
  pathSegments,
  spanOf,
  stringAt,
  type TreeNode,
  unwrap,
} from '../../engine/tree';
import { bytesAt, type Edit, type SqlText } from '../sql-text';

/** LIKE ANY and its kin of a query: the engine takes the query for one pattern. */
export function likeEdits(text: SqlText, tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astLikeExpressionNode', (node) => {
    const [only, ...others] = children(child(node, 'inList'), 'list');
    const { kind, node: query } = unwrap(only) ?? {};
    const place = spanOf(query);
    if (kind !== 'astExpressionSubqueryNode' || others.length > 0 || place === undefined) return;
    const written = bytesAt(text, place);
    const inside = written.startsWith('(') ? written : `(${written})`;
    const around = { start: place.start - (written.startsWith('(') ? 0 : 1), end: place.end };
    edits.push({
      ...around,
      end: around.end + (written.startsWith('(') ? 0 : 1),
      replacement: `UNNEST(ARRAY${inside})`,
    });
  });
  return edits;
}

/** Equality under a collation that ignores case, of which COLLATE says that it is meant. */
export function collatedEdits(text: SqlText, tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astBinaryExpressionNode', (node) => {
    const place = spanOf(node);
    const isEquality = node.op === 'EQ' || node.op === 'NE' || node.op === 'NE2';
    const sides = [node.lhs, node.rhs].map((side) => ({
      collated: collated(side),
      span: spanOf(unwrap(side)?.node),
    }));
    if (place === undefined || !isEquality || !sides.some((side) => side.collated !== undefined)) return;
    const written = sides.flatMap(({ collated: inner, span }) => {
      const own = inner ?? span;
      return own === undefined ? [] : [`NORMALIZE_AND_CASEFOLD(${bytesAt(text, own)})`];
    });
    if (written.length === 2)
      edits.push({ ...place, replacement: `(${written.join(node.op === 'EQ' ? ' = ' : ' != ')})` });
  });
  return edits;
}

/** The text that COLLATE(text, 'und:ci') is of; undefined where it is something else. */
function collated(expression: unknown): ByteSpan | undefined {
  const { kind, node } = unwrap(expression) ?? {};
  const [value, collation] = children(node, 'arguments');
  const isCall =
    kind === 'astFunctionCallNode' && /^collate$/i.test(pathSegments(child(node, 'function')).join('.'));
  const isCaseless = stringAt(unwrap(collation)?.node, 'stringValue') === 'und:ci';
  return isCall && isCaseless ? spanOf(unwrap(value)?.node) : undefined;
}
