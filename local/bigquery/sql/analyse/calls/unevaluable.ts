import { child, children, stringAt, type TreeNode, typeOfExpression } from '../../engine/tree';
import { notImplemented } from '../../parse/query-errors';

// What the engine finds out only when it comes to a row. Each throws a BigQueryError `notImplemented`.

/** Functions that the engine evaluates, but of no RANGE. */
const withoutRanges = new Set(['to_json', 'to_json_string', 'json_object', 'json_array', 'json_set']);

/** @param node a `resolvedCastNode` */
export function refuseCastOfRange(node: TreeNode): void {
  const to = stringAt(typeOfExpression({ resolvedCastNode: node }), 'typeKind');
  const from = stringAt(typeOfExpression(node.expr), 'typeKind');
  if (from === 'TYPE_RANGE' && to !== from) throw notImplemented('CAST of a RANGE');
}

/** @param node a `resolvedFunctionCallNode` */
export function refuseJsonOfRange(node: TreeNode): void {
  const base = child(node, 'parent');
  const name = (stringAt(child(base, 'function'), 'name') ?? '').replace(/^ZetaSQL:/, '');
  if (!withoutRanges.has(name)) return;
  const types = children(base, 'argumentList').map(typeOfExpression);
  if (types.some(hasRange)) throw notImplemented('JSON of a RANGE');
}

/** @param node a `resolvedAggregateFunctionCallNode` */
export function refuseExtremeOfRange(node: TreeNode): void {
  const name = stringAt(child(partOf(node, 'function'), 'function'), 'name') ?? '';
  const [argument] = children(partOf(node, 'argumentList'), 'argumentList');
  if (/:(min|max)$/.test(name) && hasRange(typeOfExpression(argument)))
    throw notImplemented(`${name.slice(-3).toUpperCase()} of a RANGE`);
}

function partOf(node: TreeNode, key: string): TreeNode | undefined {
  for (let part: TreeNode | undefined = node; part !== undefined; part = child(part, 'parent'))
    if (part[key] !== undefined) return part;
  return undefined;
}

function hasRange(type: TreeNode | undefined): boolean {
  const kind = stringAt(type, 'typeKind');
  if (kind === 'TYPE_ARRAY') return hasRange(child(type, 'arrayType', 'elementType'));
  if (kind === 'TYPE_STRUCT')
    return children(child(type, 'structType'), 'field').some((field) => hasRange(child(field, 'fieldType')));
  return kind === 'TYPE_RANGE';
}
