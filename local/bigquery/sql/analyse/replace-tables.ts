import type { TablePath } from '../parse/parser';
import { type Edit, edited, fromBytes, quotedPath } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { evaluatedField } from './calls/geography-calls';
import { replacedCalls } from './calls/replaced-calls';
import { type EngineType, engineType } from './engine-types';
import { type PlannedTable, type QueryPlan, type QuerySource, sentFields } from './query-plan';
import type { QueryParts, TableScan } from './scans';

/** Puts what is evaluated in place of each table's path, keeping the name that its columns go by. */
export function tableEdits(
  parts: QueryParts,
  paths: readonly TablePath[],
  tables: readonly PlannedTable[],
  inPlaceOf: (table: PlannedTable, scan: TableScan) => string = ({ name }) => quotedPath([name]),
): readonly Edit[] {
  const edits = new Map<number, Edit>();
  for (const scan of parts.scans) {
    const table = tables.find(({ fullName }) => fullName === scan.fullName);
    const path = paths.find((candidate) => candidate.span.start === scan.span.start);
    if (table === undefined || path === undefined)
      throw new Error(`The SQL engine reads ${scan.fullName} at a place where no table is named`);
    const alias = path.hasAlias ? '' : ` AS ${quotedPath([path.path.at(-1) ?? ''])}`;
    edits.set(path.span.start, { ...path.span, replacement: `${inPlaceOf(table, scan)}${alias}` });
    const clause = path.systemTime?.span;
    if (clause !== undefined) edits.set(clause.start, { ...clause, replacement: '' });
  }
  return [...edits.values()];
}

/** Analyser options with further query parameters. */
export function withParameters(options: object, parameters: readonly object[]): object {
  const known =
    'queryParameters' in options && Array.isArray(options.queryParameters) ? options.queryParameters : [];
  return { ...options, queryParameters: [...known, ...parameters] };
}

/**
 * The query with a parameter in place of each table, which holds its rows, so that the engine can prepare it
 * once. Undefined with script variables (they are constants of the catalog), and where a table that shows its
 * row column may be used as a whole: there that column would show.
 */
export function overParameters(
  { text, scope }: QuerySource,
  parts: QueryParts,
  paths: readonly TablePath[],
  tables: readonly PlannedTable[],
  options: object,
  others: readonly Edit[],
): QueryPlan['overParameters'] {
  const isWhole = (table: PlannedTable) => table.schema.every((_, index) => table.columns.has(index));
  if (scope.variables.size > 0 || tables.some((table) => table.valueTable)) return undefined;
  if (tables.some((table) => table.withRowColumn && isWhole(table))) return undefined;
  const edits = tableEdits(parts, paths, tables, (table, scan) => {
    const showsRowColumn = scan.columns.some(({ index }) => index === table.schema.length);
    const list = table.withRowColumn && !showsRowColumn ? `* EXCEPT (${rowColumn})` : '*';
    return `(SELECT ${list} FROM UNNEST(@${rowsParameterName(table)}))`;
  });
  const sql = edited(text, replacedCalls(parts.calls, text, scope.now, [...edits, ...others]));
  const parameters = tables.map((table) => ({ name: rowsParameterName(table), type: rowsType(table) }));
  return { sql: fromBytes(sql.bytes), options: withParameters(options, parameters) };
}

/** The parameter that carries a table's rows. */
export const rowsParameterName = (table: PlannedTable): string => `__rows_${table.name.slice(1)}`;

function rowsType(table: PlannedTable): EngineType {
  const field = sentFields(table).map((column) => ({
    fieldName: column.name,
    fieldType: engineType(evaluatedField(column)),
  }));
  if (table.withRowColumn) field.push({ fieldName: rowColumn, fieldType: { typeKind: 'TYPE_INT64' } });
  const elementType = { typeKind: 'TYPE_STRUCT', structType: { field } };
  return { typeKind: 'TYPE_ARRAY', arrayType: { elementType } };
}
