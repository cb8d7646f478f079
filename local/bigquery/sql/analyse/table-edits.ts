import type { TablePath } from '../parse/parser';
import { type Edit, quotedPath, toBytes } from '../parse/sql-text';
import type { PlannedTable } from './plan-query';
import type { QueryParts, TableScan } from './scans';

/** Puts what is evaluated in the place of each table's path, keeping the name that its columns go by. */
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
    const alias = path.hasAlias ? '' : ` AS ${toBytes(quotedPath([path.path.at(-1) ?? '']))}`;
    edits.set(path.span.start, { ...path.span, replacement: `${inPlaceOf(table, scan)}${alias}` });
  }
  return [...edits.values()];
}

/** Analyser options with further query parameters. */
export function withParameters(options: object, parameters: readonly object[]): object {
  const known =
    'queryParameters' in options && Array.isArray(options.queryParameters) ? options.queryParameters : [];
  return { ...options, queryParameters: [...known, ...parameters] };
}
