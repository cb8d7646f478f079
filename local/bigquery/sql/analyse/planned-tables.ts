import type { Field } from '../../model';
import type { SqlText } from '../parse/sql-text';
import { isClock } from './calls/replaced-calls';
import type { ArrayReads } from './conditions/array-reads';
import type { ColumnBound } from './conditions/bounds';
import type { ColumnCondition, Condition } from './conditions/filters';
import type { PlannedTable, QuerySource } from './query-plan';
import type { ReachableTable, ReachableTables } from './reachable-tables';
import type { QueryParts, TableScan } from './scans';

/** Each table once, with all that any of the query's reads of it needs. */
export function plannedTables(
  parts: QueryParts,
  reached: ReachableTables,
  { text: sql, scope }: QuerySource,
  arrays: ArrayReads,
): readonly PlannedTable[] {
  const ticking = scope.now === undefined && parts.calls.some(({ name }) => isClock(name));
  const names = [...new Set(parts.scans.map(({ fullName }) => fullName))];
  return names.flatMap((fullName, position) => {
    const scans = parts.scans.filter((scan) => scan.fullName === fullName);
    const table = reached.tables.find((candidate) => candidate.fullName === fullName);
    if (table === undefined) return [];
    const planned = plannedTable(table, scans, arrays, `#${position}`, mayShowAnyColumn(sql));
    return [ticking ? { ...planned, divisible: false } : planned];
  });
}

/**
 * Whether a column that the query does not use may still matter to its meaning. Only a star stands for
 * columns without naming them (`* EXCEPT (unused)`, the sides of a UNION). A star that multiplies is taken
 * for one of those too.
 */
function mayShowAnyColumn({ bytes }: SqlText): boolean {
  return bytes.replace(/\bCOUNT\s*\(\s*\*\s*\)/gi, '').includes('*');
}

function plannedTable(
  table: ReachableTable,
  scans: readonly TableScan[],
  arrays: ArrayReads,
  name: string,
  showsAny: boolean,
): PlannedTable {
  const columns = new Set(scans.flatMap((scan) => scan.columns.map(({ index }) => index)));
  const alternatives = scans.map((scan) => plannedConditions(table, scan));
  return {
    name,
    reference: table.reference,
    fullName: table.fullName,
    schema: table.schema,
    columns,
    // The engine wants one column at least.
    sent: [...table.schema.keys()].filter(
      (index) => showsAny || table.valueTable || columns.has(index) || (columns.size === 0 && index === 0),
    ),
    withRowColumn: table.withRowColumn,
    valueTable: table.valueTable,
    divisible: scans.length === 1 && scans.every((scan) => scan.rowWise),
    bounds: scans.map(plannedBounds),
    alternatives: alternatives.every((conditions) => conditions.length > 0) ? alternatives : undefined,
    elements: plannedElements(table, scans, arrays),
  };
}

/** Of each column of arrays that all reads of the table only look for some elements in. */
function plannedElements(
  { schema }: ReachableTable,
  scans: readonly TableScan[],
  arrays: ArrayReads,
): PlannedTable['elements'] {
  const reads = scans.flatMap(({ columns }) => columns);
  const planned = new Map<number, readonly (readonly ColumnCondition[])[]>();
  for (const [index, { fields = [] }] of schema.entries()) {
    const ofColumn = reads.filter((read) => read.index === index).map(({ columnId }) => arrays.get(columnId));
    const known = ofColumn.filter((read) => read !== undefined).flat();
    if (known.length === 0 || ofColumn.includes(undefined)) continue;
    planned.set(
      index,
      known.map((conditions) => columnConditions(conditions, ({ columnId }) => Number(columnId), fields)),
    );
  }
  return planned;
}

function plannedBounds({ bounds, columns }: TableScan): readonly ColumnBound[] {
  return bounds.flatMap(({ columnId, operator, values }) => {
    const index = columns.find((column) => column.columnId === columnId)?.index;
    return index === undefined ? [] : [{ index, operator, values }];
  });
}

function plannedConditions({ schema }: ReachableTable, scan: TableScan): readonly ColumnCondition[] {
  const placeOf = (condition: Condition) =>
    scan.columns.find(({ columnId }) => columnId === condition.columnId)?.index;
  return columnConditions(scan.conditions, placeOf, schema);
}

function columnConditions(
  conditions: readonly Condition[],
  placeOf: (condition: Condition) => number | undefined,
  schema: readonly Field[],
): readonly ColumnCondition[] {
  return conditions.flatMap((condition) => {
    const index = placeOf(condition);
    const field = index === undefined ? undefined : schema[index];
    const { operator, values } = condition;
    return index === undefined || field === undefined ? [] : [{ index, field, operator, values }];
  });
}
