import { derivedPlans } from '../analyse/derived-plan';
import {
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import { bytesAt, type Edit, edited, type SqlText } from '../parse/sql-text';

/** The engine generates no array of more than 16,000 elements; BigQuery some million. */
const elementsEach = 8_000;

/** A plan in which long arrays of numbers or times are generated a piece at a time. */
export const pieceworkPlan = derivedPlans(async (context, { text }) => {
  const edits: Edit[] = [];
  const unnested = new Set<number>();
  const tree = await context.parser.tree(text);
  findAll(tree, 'astTablePathExpressionNode', (table) => {
    const [only, ...others] = children(child(table, 'unnestExpr'), 'expressions');
    const call = child(only, 'expression', 'astFunctionCallNode');
    const place = spanOf(child(table, 'unnestExpr'));
    const from = call && elementsOf(text, call);
    if (call === undefined || from === undefined || place === undefined) return;
    if (others.length > 0 || isNode(table.withOffset)) return;
    unnested.add(spanOf(call)?.start ?? -1);
    edits.push({ ...place, replacement: `(SELECT AS VALUE __element ${from})` });
  });
  findAll(tree, 'astFunctionCallNode', (call) => {
    const place = spanOf(call);
    const from = elementsOf(text, call);
    if (place === undefined || from === undefined || unnested.has(place.start)) return;
    edits.push({ ...place, replacement: `ARRAY(SELECT __element ${from} ORDER BY __piece, __place)` });
  });
  return edits.length === 0 ? undefined : edited(text, edits);
});

/** `FROM …`: the elements of a generated array, as those of its pieces. */
function elementsOf(text: SqlText, call: TreeNode): string | undefined {
  const [name = '', ...others] = pathSegments(child(call, 'function')).map((part) => part.toUpperCase());
  const given = children(call, 'arguments');
  const [first, last, step] = given.map((argument) => textOf(text, unwrap(argument)?.node));
  if (others.length > 0 || first === undefined || last === undefined) return undefined;
  if (name === 'GENERATE_ARRAY') {
    // MOD takes no FLOAT64, whose sums would be others.
    const by = step ?? '(1)';
    return pieces(name, first, last, {
      by,
      piece: `${by} * ${elementsEach} + MOD(0, ${by})`,
      end: `__begin + ${by} * ${elementsEach - 1}`,
      isUp: `${by} > 0`,
    });
  }
  const interval = unwrap(given[2]);
  const count = textOf(text, unwrap(interval?.node.intervalValue)?.node);
  const unitAt = spanOf(child(interval?.node, 'datePartName'));
  const unit = unitAt && bytesAt(text, unitAt);
  if (name !== 'GENERATE_TIMESTAMP_ARRAY' || count === undefined || unit === undefined) return undefined;
  return pieces(name, first, last, {
    by: `INTERVAL ${count} ${unit}`,
    piece: `INTERVAL (${count} * ${elementsEach}) ${unit}`,
    end: `TIMESTAMP_ADD(__begin, INTERVAL (${count} * ${elementsEach - 1}) ${unit})`,
    isUp: `${count} > 0`,
  });
}

function pieces(
  name: string,
  first: string,
  last: string,
  { by, piece, end, isUp }: Readonly<Record<'by' | 'piece' | 'end' | 'isUp', string>>,
): string {
  return [
    `FROM UNNEST(${name}(${first}, ${last}, ${piece})) AS __begin WITH OFFSET AS __piece,`,
    `UNNEST(${name}(__begin, IF(${isUp}, LEAST(${last}, ${end}), GREATEST(${last}, ${end})), ${by})) AS __element`,
    'WITH OFFSET AS __place',
  ].join(' ');
}

const textOf = (text: SqlText, node: unknown): string | undefined => {
  const place = spanOf(node);
  return place && `(${bytesAt(text, place)})`;
};
