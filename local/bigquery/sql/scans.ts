import { type Condition, conditionsOf } from './filters';
import { child, isNode, type Node, type Span, span, text } from './node';

/** One read of a table in an analysed query. */
export interface TableScan {
  readonly fullName: string;
  /** The columns that the query uses: the engine's id of each, and its place in the table. */
  readonly columns: readonly { readonly columnId: string; readonly index: number }[];
  readonly conditions: readonly Condition[];
  readonly span: Span;
}

export interface FunctionCall {
  readonly name: string;
  readonly argumentSpans: readonly (Span | undefined)[];
  readonly span: Span;
}

export interface QueryParts {
  readonly scans: readonly TableScan[];
  readonly calls: readonly FunctionCall[];
}

/**
 * Walks an analysed query. Conditions of a filter reach the tables below it through joins, array scans, orderings and
 * projections, as far as a row that fails them cannot matter to the result; everything else stops them.
 */
export function queryParts(tree: unknown): QueryParts {
  const scans: TableScan[] = [];
  const calls: FunctionCall[] = [];
  const others = (node: Node, handled: readonly string[]) => {
    for (const [key, value] of Object.entries(node)) {
      if (handled.includes(key)) continue;
      if (isNode(value)) visitScan(key, value, []);
      else if (Array.isArray(value)) visit(value, []);
    }
  };
  const visitScan = (key: string, node: Node, conditions: readonly Condition[]) => {
    switch (key) {
      case 'resolvedTableScanNode':
        scans.push(tableScan(node, conditions));
        return others(node, []);
      case 'resolvedFilterScanNode':
        visit(node.inputScan, [...conditions, ...conditionsOf(node.filterExpr)]);
        return others(node, ['inputScan']);
      case 'resolvedProjectScanNode':
      case 'resolvedArrayScanNode':
      case 'resolvedOrderByScanNode':
        visit(node.inputScan, conditions);
        return others(node, ['inputScan']);
      case 'resolvedJoinScanNode':
        visitJoin(node, conditions);
        return others(node, ['leftScan', 'rightScan']);
      case 'resolvedFunctionCallBaseNode':
      case 'resolvedNonScalarFunctionCallBaseNode':
        addCall(node, calls);
        return others(node, []);
      default:
        return others(node, []);
    }
  };
  const visitJoin = (node: Node, conditions: readonly Condition[]) => {
    const type = text(node, 'joinType') ?? 'INNER';
    const own = type === 'INNER' ? conditionsOf(node.joinExpr) : [];
    const kept = type === 'INNER' || type === 'LEFT' ? [...conditions, ...own] : [];
    visit(node.leftScan, kept);
    visit(node.rightScan, type === 'INNER' ? kept : []);
  };
  const visit = (value: unknown, conditions: readonly Condition[]): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, []);
    } else if (isNode(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (isNode(inner)) visitScan(key, inner, conditions);
        else if (Array.isArray(inner)) visit(inner, []);
      }
    }
  };
  visit(tree, []);
  return { scans, calls };
}

function tableScan(node: Node, conditions: readonly Condition[]): TableScan {
  const indexes = Array.isArray(node.columnIndexList) ? node.columnIndexList : [];
  const list = child(node, 'parent')?.columnList;
  const columns = (Array.isArray(list) ? list : []).map((column, position) => ({
    columnId: text(column, 'columnId') ?? '',
    index: Number(indexes[position]),
  }));
  return {
    fullName: text(child(node, 'table'), 'fullName') ?? '',
    columns,
    conditions,
    span: span(node) ?? { start: -1, end: -1 },
  };
}

function addCall(wrapper: Node, calls: FunctionCall[]): void {
  const node = child(wrapper, 'resolvedFunctionCallNode');
  const base = child(node, 'parent');
  const place = span(node);
  if (base === undefined || place === undefined) return;
  const list = base.argumentList;
  const argumentSpans = (Array.isArray(list) ? list : []).map((argument) => {
    const [inner] = isNode(argument) ? Object.values(argument) : [];
    return span(
      isNode(inner) && isNode(inner.resolvedFunctionCallNode) ? inner.resolvedFunctionCallNode : inner,
    );
  });
  calls.push({ name: text(child(base, 'function'), 'name') ?? '', argumentSpans, span: place });
}
