import { child, children, isNode, stringAt, type TreeNode, unwrap } from '../../engine/tree';
import { hasOnly } from '../../parse/leaf-selects';
import { type Condition, conditionsOf, type ReadColumn, typeKindOf } from './filters';

/** By the engine's id of a column, for each place that reads it: what holds for every element that matters. */
export type ArrayReads = ReadonlyMap<string, readonly (readonly Condition[])[]>;

/**
 * The columns of arrays that an analysed query reads only as `UNNEST(column) AS element WHERE …`. A condition's
 * `columnId` is the place of the element's field.
 */
export function arrayReads(query: TreeNode): ArrayReads {
  const reads = new Map<string, (readonly Condition[])[]>();
  const usedOtherwise = new Set<string>();
  const visitAll = (node: TreeNode, known: readonly string[] = []) => {
    for (const [key, value] of Object.entries(node)) if (!known.includes(key)) visit(key, value);
  };
  const visit = (key: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit('', item);
    } else if (isNode(value)) {
      const columnId = stringAt(value, 'columnId');
      if (columnId !== undefined) usedOtherwise.add(columnId);
      if (key === 'inputScan') visitInput(value);
      else visitAll(value, knownParts[key]);
    }
  };
  /** A filter's input passes columns on that nothing has used yet. */
  const visitInput = (scan: TreeNode): void => {
    const filter = child(scan, 'resolvedFilterScanNode');
    const read = filter && filteredArray(filter);
    if (filter === undefined) visit('', scan);
    else visit('filterExpr', filter.filterExpr);
    if (read === undefined) visit('inputScan', filter?.inputScan);
    else reads.set(read.columnId, [...(reads.get(read.columnId) ?? []), read.conditions]);
  };
  visitAll(query);
  return new Map([...reads].filter(([columnId]) => !usedOtherwise.has(columnId)));
}

/** What names a column without using it. */
const knownParts: Readonly<Record<string, readonly string[]>> = {
  resolvedTableScanNode: ['parent'],
  // What a query inside an expression uses of the row outside; that it uses it stands in the query itself.
  resolvedSubqueryExprNode: ['parameterList'],
};

/** `UNNEST(column) AS element WHERE conditions`; undefined where there is anything more to it. */
function filteredArray(
  filter: TreeNode,
): { readonly columnId: string; readonly conditions: readonly Condition[] } | undefined {
  const scan = child(filter, 'inputScan', 'resolvedArrayScanNode');
  const array = unwrap(scan?.arrayExpr);
  const columnId = stringAt(child(array?.node, 'column'), 'columnId');
  const elementId = stringAt(child(scan, 'elementColumn'), 'columnId');
  // With places (WITH OFFSET), those of other elements would change.
  const isPlain =
    scan !== undefined && hasOnly(scan, plainParts) && children(scan, 'arrayExprList').length === 0;
  if (!isPlain || array?.kind !== 'resolvedColumnRefNode' || columnId === undefined) return undefined;
  if (elementId === undefined) return undefined;
  const conditions = conditionsOf(filter.filterExpr, fieldOf(elementId));
  return conditions.length > 0 ? { columnId, conditions } : undefined;
}

const plainParts = new Set(['parent', 'arrayExpr', 'arrayExprList', 'elementColumn', 'elementColumnList']);

/** Reads `element.field` as a column: its id is the field's place. */
const fieldOf =
  (elementId: string): ReadColumn =>
  (expression, kinds) => {
    const field = unwrap(expression);
    if (field?.kind !== 'resolvedGetStructFieldNode') return undefined;
    const element = unwrap(field.node.expr);
    if (element?.kind !== 'resolvedColumnRefNode') return undefined;
    if (stringAt(child(element.node, 'column'), 'columnId') !== elementId) return undefined;
    const kind = typeKindOf(field.node);
    return kind !== undefined && kinds.has(kind)
      ? { columnId: String(field.node.fieldIdx ?? 0), kind }
      : undefined;
  };
