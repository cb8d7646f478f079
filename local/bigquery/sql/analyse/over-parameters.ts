import type { TablePath } from '../parse/parser';
import { edited, fromBytes } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { type EngineType, engineType } from './engine-types';
import { type PlannedTable, type QueryPlan, type QuerySource, sentFields } from './plan-query';
import { replacedCalls } from './replaced-calls';
import type { QueryParts } from './scans';
import { tableEdits, withParameters } from './table-edits';

/**
 * The query with each table replaced by a parameter that holds its rows, so that the engine can prepare it once.
 * Not where script variables are used (they are constants of the catalog), and not where a table that shows its row
 * column may be used as a whole: there that column would show.
 */
export function overParameters(
  { text, scope }: QuerySource,
  parts: QueryParts,
  paths: readonly TablePath[],
  tables: readonly PlannedTable[],
  options: object,
): QueryPlan['overParameters'] {
  const isWhole = (table: PlannedTable) => table.schema.every((_, index) => table.columns.has(index));
  if (scope.variables.size > 0 || tables.some((table) => table.valueTable)) return undefined;
  if (tables.some((table) => table.withRowColumn && isWhole(table))) return undefined;
  const edits = tableEdits(parts, paths, tables, (table, scan) => {
    const showsRowColumn = scan.columns.some(({ index }) => index === table.schema.length);
    const list = table.withRowColumn && !showsRowColumn ? `* EXCEPT (${rowColumn})` : '*';
    return `(SELECT ${list} FROM UNNEST(@${rowsParameterName(table)}))`;
  });
  const sql = edited(text, [...edits, ...replacedCalls(parts.calls, text, scope.now)]);
  const parameters = tables.map((table) => ({ name: rowsParameterName(table), type: rowsType(table) }));
  return { sql: fromBytes(sql.bytes), options: withParameters(options, parameters) };
}

/** The parameter that carries a table's rows. */
export const rowsParameterName = (table: PlannedTable): string => `__rows_${table.name.slice(1)}`;

function rowsType(table: PlannedTable): EngineType {
  const field = sentFields(table).map((column) => ({
    fieldName: column.name,
    fieldType: engineType(column),
  }));
  if (table.withRowColumn) field.push({ fieldName: rowColumn, fieldType: { typeKind: 'TYPE_INT64' } });
  const elementType = { typeKind: 'TYPE_STRUCT', structType: { field } };
  return { typeKind: 'TYPE_ARRAY', arrayType: { elementType } };
}
