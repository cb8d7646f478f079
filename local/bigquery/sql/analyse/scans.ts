import {
  type ByteSpan,
  child,
  isNode,
  spanOf,
  stringAt,
  type TreeNode,
  typeOfExpression,
  visitAll,
} from '../engine/tree';
import { type Bound, boundsOf } from './conditions/bounds';
import { type Condition, conditionsOf } from './conditions/filters';

/** One read of a table in an analysed query. */
export interface TableScan {
  readonly fullName: string;
  /** The columns that the query uses: the engine's id of each, and its place in the table. */
  readonly columns: readonly { readonly columnId: string; readonly index: number }[];
  readonly conditions: readonly Condition[];
  readonly bounds: readonly Bound[];
  /** Whether the results over some rows and over the others, put together, are the result over all. */
  readonly rowWise: boolean;
  readonly span: ByteSpan;
}

/** What the scans above one say about it. */
interface Above {
  readonly conditions: readonly Condition[];
  readonly bounds: readonly Bound[];
  readonly rowWise: boolean;
}

const nothing: Above = { conditions: [], bounds: [], rowWise: false };

/** With what a filter says besides. */
const filtered = (above: Above, expression: unknown): Above => ({
  ...above,
  conditions: [...above.conditions, ...conditionsOf(expression)],
  bounds: [...above.bounds, ...boundsOf(expression)],
});

export interface FunctionCall {
  readonly name: string;
  readonly argumentSpans: readonly (ByteSpan | undefined)[];
  /** The kinds of the arguments' types, `TYPE_DATE` and the like. */
  readonly argumentKinds: readonly string[];
  readonly span: ByteSpan;
}

export interface QueryParts {
  readonly scans: readonly TableScan[];
  readonly calls: readonly FunctionCall[];
}

/**
 * Walks an analysed query. A filter's conditions reach the tables below it through joins, array scans,
 * orderings and projections, as long as a row that fails them cannot matter to the result. Everything else
 * stops them.
 */
export function queryParts(query: TreeNode): QueryParts {
  const scans: TableScan[] = [];
  const calls: FunctionCall[] = [];
  const others = (node: TreeNode, handled: readonly string[]) => {
    for (const [key, value] of Object.entries(node)) {
      if (handled.includes(key)) continue;
      if (isNode(value)) visitNode(key, value, nothing);
      else if (Array.isArray(value)) for (const item of value) visit(item, nothing);
    }
  };
  const visitNode = (key: string, node: TreeNode, above: Above): void => {
    switch (key) {
      case 'resolvedTableScanNode':
        scans.push(tableScan(node, above));
        others(node, []);
        break;
      case 'resolvedFilterScanNode':
        visit(node.inputScan, filtered(above, node.filterExpr));
        others(node, ['inputScan']);
        break;
      case 'resolvedProjectScanNode':
      case 'resolvedArrayScanNode':
        visit(node.inputScan, above);
        others(node, ['inputScan']);
        break;
      case 'resolvedOrderByScanNode':
        visit(node.inputScan, { ...above, rowWise: false });
        others(node, ['inputScan']);
        break;
      case 'resolvedJoinScanNode':
        visitJoin(node, above);
        others(node, ['leftScan', 'rightScan']);
        break;
      case 'resolvedFunctionCallBaseNode':
      case 'resolvedNonScalarFunctionCallBaseNode':
        addCall(node, calls);
        others(node, []);
        break;
      default:
        others(node, []);
        break;
    }
  };
  const visitJoin = (node: TreeNode, above: Above) => {
    const type = stringAt(node, 'joinType') ?? 'INNER';
    const kept = type === 'INNER' ? filtered(above, node.joinExpr) : above;
    visit(node.leftScan, type === 'INNER' || type === 'LEFT' ? kept : nothing);
    // A row of the optional side that fails the join's condition is joined to nothing.
    visit(
      node.rightScan,
      type === 'INNER' ? kept : type === 'LEFT' ? filtered(nothing, node.joinExpr) : nothing,
    );
  };
  const visit = (value: unknown, above: Above): void => {
    if (!isNode(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      if (isNode(inner)) visitNode(key, inner, above);
      else if (Array.isArray(inner)) for (const item of inner) visit(item, nothing);
    }
  };
  visit(query.query, { ...nothing, rowWise: true });
  others(query, ['query']);
  return { scans, calls };
}

function tableScan(node: TreeNode, { conditions, bounds, rowWise }: Above): TableScan {
  const indexes = Array.isArray(node.columnIndexList) ? node.columnIndexList : [];
  const list = child(node, 'parent')?.columnList;
  const columns = (Array.isArray(list) ? list : []).map((column, position) => ({
    columnId: stringAt(column, 'columnId') ?? '',
    index: Number(indexes[position]),
  }));
  return {
    fullName: stringAt(child(node, 'table'), 'fullName') ?? '',
    columns,
    conditions,
    bounds,
    rowWise,
    span: spanOf(node) ?? { start: -1, end: -1 },
  };
}

function addCall(wrapper: TreeNode, calls: FunctionCall[]): void {
  const node = child(wrapper, 'resolvedFunctionCallNode');
  const base = child(node, 'parent');
  const place = spanOf(node);
  if (base === undefined || place === undefined) return;
  const list = base.argumentList;
  const given = Array.isArray(list) ? list : [];
  const argumentSpans = given.map(spanOfArgument);
  const argumentKinds = given.map((argument) => stringAt(typeOfExpression(argument), 'typeKind') ?? '');
  calls.push({
    name: stringAt(child(base, 'function'), 'name') ?? '',
    argumentSpans,
    argumentKinds,
    span: place,
  });
}

/** A conversion that nobody wrote stands where what it converts stands. */
function spanOfArgument(argument: unknown): ByteSpan | undefined {
  const [kind, inner] = isNode(argument) ? (Object.entries(argument)[0] ?? []) : [];
  if (!isNode(inner)) return undefined;
  const node = isNode(inner.resolvedFunctionCallNode) ? inner.resolvedFunctionCallNode : inner;
  return spanOf(node) ?? (kind === 'resolvedCastNode' ? spanOfArgument(node.expr) : undefined);
}

/** Whether a part of an analysed query reads a stored table, or one of WITH. */
export function readsTable(node: unknown): boolean {
  let found = false;
  const note = () => {
    found = true;
  };
  visitAll([node], { resolvedTableScanNode: note, resolvedWithRefScanNode: note });
  return found;
}
