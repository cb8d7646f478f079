import { BigQueryError } from '../../bigquery-error';
import { child, children, findAll, isNode, stringAt, type TreeNode, unwrap } from '../engine/tree';
import { functionCall } from './conditions/filters';
import { readsTable } from './scans';

/**
 * Refuses what BigQuery refuses and this engine would evaluate row by row: a query inside an expression that
 * sees columns of the query around it and reads a table, unless a join can take its place. Which ones BigQuery
 * can turn into joins is not documented. Here: those that are tied to the row around them by an equality of
 * their own columns with its columns, in WHERE, and otherwise do not depend on it; EXISTS and IN may have
 * further conditions beside the equality. A query over the row's own arrays alone is none of these.
 * @throws BigQueryError `invalidQuery`, in BigQuery's words
 */
export function checkCorrelatedQueries(statement: TreeNode): void {
  findAll([statement], 'resolvedSubqueryExprNode', (node) => {
    if (children(node, 'parameterList').length === 0 || !readsTable(node)) return;
    if (!canBeJoined(node)) throw new BigQueryError('invalidQuery', refusal, 'query');
  });
}

const refusal =
  'Correlated subqueries that reference other tables are not supported unless they can be de-correlated, such as by transforming them into an efficient JOIN.';

function canBeJoined(node: TreeNode): boolean {
  const kind = stringAt(node, 'subqueryType');
  const state: Walk = { kind, equalities: kind === 'IN' ? 1 : 0 };
  return walk(node.subquery, state) && state.equalities > 0;
}

interface Walk {
  readonly kind: string | undefined;
  equalities: number;
}

/** Whether what depends on the row around it are conditions that a join can have. Counts the equalities. */
function walk(scan: unknown, state: Walk): boolean {
  const { kind, node } = unwrap(scan) ?? {};
  if (node === undefined) return true;
  switch (kind) {
    case 'resolvedFilterScanNode':
      return (
        conjuncts(node.filterExpr).every((each) => isJoinable(each, state)) && walk(node.inputScan, state)
      );
    case 'resolvedProjectScanNode': {
      const isExists = state.kind === 'EXISTS';
      return (isExists || !dependsOnOuter(without(node, 'inputScan'))) && walk(node.inputScan, state);
    }
    case 'resolvedOrderByScanNode':
    case 'resolvedAggregateScanNode':
      return !dependsOnOuter(without(node, 'inputScan')) && walk(inputOf(node), state);
    case 'resolvedJoinScanNode':
      return (
        !dependsOnOuter(node.joinExpr) &&
        (stringAt(node, 'joinType') ?? 'INNER') === 'INNER' &&
        walk(node.leftScan, state) &&
        walk(node.rightScan, state)
      );
    default:
      return !dependsOnOuter(node);
  }
}

/** An aggregation's input stands in its parent. */
function inputOf(node: TreeNode): unknown {
  for (let part: TreeNode | undefined = node; part !== undefined; part = child(part, 'parent')) {
    if (isNode(part.inputScan)) return part.inputScan;
  }
  return undefined;
}

/** A node and its parents less their member of this name. */
function without(node: TreeNode, key: string): TreeNode {
  const { [key]: _, parent, ...rest } = node;
  return isNode(parent) ? { ...rest, parent: without(parent, key) } : rest;
}

function isJoinable(condition: TreeNode, state: Walk): boolean {
  if (!dependsOnOuter(condition)) return true;
  const call = functionCall(condition);
  const [left, right] = call?.arguments ?? [];
  if (call?.name === 'ZetaSQL:$equal' && (isTie(left, right) || isTie(right, left))) {
    state.equalities += 1;
    return true;
  }
  return state.kind === 'EXISTS' || state.kind === 'IN';
}

/** Whether one side is of the query's own columns, and the other of the row around it. */
const isTie = (own: unknown, outer: unknown): boolean =>
  !dependsOnOuter(own) && hasColumns(own, false) && hasColumns(outer, true) && !hasColumns(outer, false);

function conjuncts(expression: unknown): readonly TreeNode[] {
  const call = functionCall(expression);
  if (call?.name === 'ZetaSQL:$and') return call.arguments.flatMap(conjuncts);
  return isNode(expression) ? [expression] : [];
}

const dependsOnOuter = (part: unknown): boolean => hasColumns(part, true);

function hasColumns(part: unknown, isCorrelated: boolean): boolean {
  let found = false;
  findAll([part], 'resolvedColumnRefNode', (node) => {
    found ||= (node.isCorrelated === true) === isCorrelated;
  });
  return found;
}
