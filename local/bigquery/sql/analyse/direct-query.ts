import type { Field } from '../../model';
import { child, children, isNode, stringAt, type TreeNode, unwrap } from '../engine/tree';
import {
  type ColumnCondition,
  type ConditionValue,
  conditionsOf,
  constantOf,
  isAllConditions,
} from './conditions/filters';

/** `SELECT columns FROM table WHERE conditions ORDER BY columns LIMIT n`: rows are chosen, nothing is computed. */
export interface DirectQuery {
  /** The places of the columns in the plan's one table; behind its last column: the place of the row. */
  readonly columns: readonly number[];
  readonly conditions: readonly ColumnCondition[];
  readonly order: readonly SortedBy[];
  readonly limit: ConditionValue | undefined;
  readonly offset: ConditionValue | undefined;
}

interface Table {
  readonly schema: readonly Field[];
  readonly valueTable: boolean;
}

export interface SortedBy {
  readonly index: number;
  readonly field: Field;
  readonly isDescending: boolean;
  readonly areNullsLast: boolean;
}

/** Types whose cells are answered as they are kept, or nearly. */
const plainTypes = new Set<Field['type']>([
  ...(['STRING', 'BYTES', 'INTEGER', 'FLOAT', 'BOOLEAN', 'NUMERIC', 'BIGNUMERIC'] as const),
  ...(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP', 'RECORD'] as const),
]);
const sortedTypes = new Set<Field['type']>([...plainTypes].filter((type) => type !== 'RECORD'));

/** Reads it from an analysed query; undefined where there is anything more to it. */
export function directQuery(query: TreeNode, tables: readonly Table[]): DirectQuery | undefined {
  const [table, ...others] = tables;
  if (table === undefined || others.length > 0 || query.isValueTable === true || table.valueTable)
    return undefined;
  const { limit, rest: limited } = limitOf(unwrapScan(query.query));
  const { items, rest: sorted } = orderOf(limited);
  const { filters, rest } = filtersOf(sorted);
  if (limit === 'unknown' || rest?.kind !== 'resolvedTableScanNode') return undefined;
  const indexes = Array.isArray(rest.node.columnIndexList) ? rest.node.columnIndexList : [];
  const places = new Map(
    children(child(rest.node, 'parent'), 'columnList').map((column, position) => [
      stringAt(column, 'columnId'),
      Number(indexes[position]),
    ]),
  );
  const placeOf = (columnId: string | undefined) => places.get(columnId);
  const columns = children(query, 'outputColumnList').map(({ column }) =>
    placeOf(stringAt(column, 'columnId')),
  );
  const conditions = filters
    .flatMap((filter) => conditionsOf(filter))
    .map((condition) => ({
      ...condition,
      index: placeOf(condition.columnId),
    }));
  const order = items.map((item) => sortedBy(item, table, placeOf));
  if (!filters.every(isAllConditions) || order.includes(undefined) || columns.includes(undefined))
    return undefined;
  if (!columns.every((index) => index === table.schema.length || isPlain(table.schema[index ?? -1])))
    return undefined;
  return {
    columns: columns.flatMap((index) => index ?? []),
    conditions: conditions.flatMap(({ index = -1, operator, values }) => {
      const field = table.schema[index];
      return field === undefined ? [] : [{ index, field, operator, values }];
    }),
    order: order.flatMap((item) => item ?? []),
    limit: limit?.limit,
    offset: limit?.offset,
  };
}

function isPlain(field: Field | undefined): boolean {
  return field !== undefined && plainTypes.has(field.type) && (field.fields ?? []).every(isPlain);
}

interface Scan {
  readonly kind: string;
  readonly node: TreeNode;
}

/** A scan; one that only chooses columns is left out. */
function unwrapScan(wrapper: unknown): Scan | undefined {
  const scan = unwrap(wrapper);
  const isChoice = scan?.kind === 'resolvedProjectScanNode' && children(scan.node, 'exprList').length === 0;
  return isChoice ? unwrapScan(scan.node.inputScan) : scan;
}

function limitOf(scan: Scan | undefined): {
  readonly limit:
    | { readonly limit: ConditionValue; readonly offset: ConditionValue | undefined }
    | undefined
    | 'unknown';
  readonly rest: Scan | undefined;
} {
  if (scan?.kind !== 'resolvedLimitOffsetScanNode') return { limit: undefined, rest: scan };
  const limit = constantOf(scan.node.limit, 'TYPE_INT64');
  const offset = constantOf(scan.node.offset, 'TYPE_INT64');
  const isKnown = limit !== undefined && (offset !== undefined || !isNode(scan.node.offset));
  return { limit: isKnown ? { limit, offset } : 'unknown', rest: unwrapScan(scan.node.inputScan) };
}

function orderOf(scan: Scan | undefined): {
  readonly items: readonly TreeNode[];
  readonly rest: Scan | undefined;
} {
  if (scan?.kind !== 'resolvedOrderByScanNode') return { items: [], rest: scan };
  return { items: children(scan.node, 'orderByItemList'), rest: unwrapScan(scan.node.inputScan) };
}

function filtersOf(scan: Scan | undefined): {
  readonly filters: readonly unknown[];
  readonly rest: Scan | undefined;
} {
  if (scan?.kind !== 'resolvedFilterScanNode') return { filters: [], rest: scan };
  const { filters, rest } = filtersOf(unwrapScan(scan.node.inputScan));
  return { filters: [...filters, scan.node.filterExpr], rest };
}

function sortedBy(
  item: TreeNode,
  { schema }: Table,
  placeOf: (columnId: string | undefined) => number | undefined,
): SortedBy | undefined {
  const index = placeOf(stringAt(child(item, 'columnRef', 'column'), 'columnId')) ?? -1;
  const field = schema[index];
  if (field === undefined || field.mode === 'REPEATED' || !sortedTypes.has(field.type)) return undefined;
  const isDescending = item.isDescending === true;
  const nulls = stringAt(item, 'nullOrder');
  return {
    index,
    field,
    isDescending,
    areNullsLast: nulls === 'NULLS_LAST' || (isDescending && nulls !== 'NULLS_FIRST'),
  };
}
