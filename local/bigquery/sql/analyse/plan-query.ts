import type { Field, TableReference } from '../../model';
import { child, children, findAll, type Node, text } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import type { TablePath } from '../parse/parser';
import { queryError } from '../parse/query-errors';
import { edited, fromBytes, type SqlText } from '../parse/sql-text';
import type { LocalTable, Scope } from '../scope';
import { type CatalogTable, catalogOf } from './engine-catalog';
import { type EngineType, engineType, fieldOfType } from './engine-types';
import type { ColumnCondition } from './filters';
import { overParameters } from './over-parameters';
import { missingTable, type Reach, type ReachableTable, reach, typesKey } from './reachable-tables';
import { isClock, nowParameter, replacedCalls } from './replaced-calls';
import { type QueryParts, queryParts, type TableScan } from './scans';
import { tableEdits, withParameters } from './table-edits';

/** A table as one query reads it. */
export interface PlannedTable {
  /** Its name in the query that the engine evaluates. */
  readonly name: string;
  readonly reference: TableReference | undefined;
  readonly fullName: string;
  readonly schema: readonly Field[];
  /** The columns that the query uses; of those that are sent, all others are sent as null. */
  readonly columns: ReadonlySet<number>;
  /** The places of the columns that the engine sees. */
  readonly sent: readonly number[];
  readonly withRowColumn: boolean;
  readonly valueTable: boolean;
  /** Whether the query may be evaluated on parts of this table, one after the other. */
  readonly divisible: boolean;
  /** Rows that fail all of these alternatives do not matter; undefined where all rows do. */
  readonly alternatives: readonly (readonly ColumnCondition[])[] | undefined;
}

export interface QueryPlan {
  /** The part of the engine's request that is the same for every run, in wire format. */
  readonly request: Buffer;
  readonly text: SqlText;
  readonly tables: readonly PlannedTable[];
  readonly output: readonly Field[];
  readonly valueTable: boolean;
  /** Where in the query's own text it reads tables. */
  readonly reads: readonly { readonly fullName: string; readonly start: number }[];
  /** The engine's names of all aggregate functions in it. */
  readonly aggregates: readonly string[];
  /** Whether the same rows may give something else the next time (the clock apart). */
  readonly isVolatile: boolean;
  /** The same query over parameters in the place of tables; undefined where that could mean something else. */
  readonly overParameters: { readonly sql: string; readonly options: object } | undefined;
}

export interface QuerySource {
  readonly text: SqlText;
  readonly scope: Scope;
  readonly locals?: readonly LocalTable[];
  /** The table that shows its hidden row column. */
  readonly target?: TableReference;
  readonly columnTypes?: readonly Field[];
}

/** Analyses a query and works out what must be sent to evaluate it. Plans are kept as long as all they depend on. */
export async function planQuery(context: EngineContext, source: QuerySource): Promise<QueryPlan> {
  const { scope, text: sql } = source;
  const paths = await context.parser.tablePaths(sql);
  const reached = reach(
    scope,
    paths.map(({ path }) => path),
    source.locals ?? [],
    source.target,
  );
  const key = JSON.stringify([
    sql.bytes,
    reached.key,
    ...scopeKey(scope),
    source.columnTypes?.map(engineType),
  ]);
  return context.plans(key, () => makePlan(context, source, paths, reached));
}

export function scopeKey(scope: Scope): readonly unknown[] {
  const { projectId, defaultDataset, parameters, variables } = scope;
  return [
    projectId,
    defaultDataset,
    typesKey(parameters),
    typesKey(variables.values()),
    scope.now !== undefined,
  ];
}

async function makePlan(
  context: EngineContext,
  source: QuerySource,
  paths: readonly TablePath[],
  reached: Reach,
): Promise<QueryPlan> {
  const { text: sql, scope } = source;
  const options = analyzerOptions(context, scope, source.columnTypes);
  const statement = await analyze(context, sql, scope, reached, options);
  const query = child(statement, 'resolvedQueryStmtNode') ?? {};
  const parts = queryParts(query);
  const tables = plannedTables(parts, reached, source);
  const evaluated = edited(sql, [
    ...tableEdits(parts, paths, tables),
    ...replacedCalls(parts.calls, sql, scope.now),
  ]);
  const evaluatedOptions = scope.now === undefined ? options : withNowParameter(options);
  const request = (sent: readonly PlannedTable[]) => ({
    sql: fromBytes(evaluated.bytes),
    options: evaluatedOptions,
    simpleCatalog: catalogOf(context.language, sent.map(evaluatedTable), []),
  });
  return {
    request: context.client.encode('EvaluateQuery', request(tables)),
    text: evaluated,
    tables,
    output: outputFields(query),
    valueTable: query.isValueTable === true,
    reads: parts.scans.map(({ fullName, span }) => ({ fullName, start: span.start })),
    aggregates: aggregatesOf(query),
    isVolatile: parts.calls.some(({ name }) => volatile.has(name)),
    overParameters: overParameters(source, parts, paths, tables, evaluatedOptions),
  };
}

const volatile = new Set(['ZetaSQL:rand', 'ZetaSQL:generate_uuid']);

function aggregatesOf(query: Node): readonly string[] {
  const names: string[] = [];
  findAll(query, 'resolvedAggregateFunctionCallNode', (node) => {
    for (let part: Node | undefined = node; part !== undefined; part = child(part, 'parent')) {
      const name = text(child(part, 'function'), 'name');
      if (name !== undefined) names.push(name);
    }
  });
  return names;
}

function evaluatedTable(table: PlannedTable): CatalogTable {
  const { name, withRowColumn, valueTable } = table;
  return { path: [name], fullName: name, schema: sentFields(table), withRowColumn, valueTable };
}

/** The columns that the engine sees of a table. */
export function sentFields({ schema, sent }: PlannedTable): readonly Field[] {
  return sent.flatMap((index) => schema[index] ?? []);
}

/** Analyses a text against the tables it can reach. Throws what BigQuery would say of it. */
export async function analyze(
  context: EngineContext,
  sql: SqlText,
  scope: Scope,
  reached: Reach,
  options: object,
): Promise<Node> {
  const constants = [...scope.variables.values()].map(({ name, field }) => ({
    namePath: [name],
    type: engineType(field),
    value: {},
  }));
  const request = {
    sqlStatement: fromBytes(sql.bytes),
    options,
    simpleCatalog: catalogOf(context.language, reached.tables, constants),
  };
  try {
    return child(await context.client.call('Analyze', request), 'resolvedStatement') ?? {};
  } catch (error) {
    throw missingTableError(error, scope) ?? queryError(error, sql);
  }
}

function missingTableError(error: unknown, scope: Scope): Error | undefined {
  const message = error instanceof Error ? error.message : '';
  const found = /^Table not found: (.+?)(?:; Did you mean .*)?(?: \[at \d+:\d+\])?$/.exec(message);
  const name = found?.[1];
  if (name === undefined) return undefined;
  const segments = [...name.matchAll(/`((?:[^`\\]|\\.)*)`|[^.`]+/g)].map((match) => match[1] ?? match[0]);
  return missingTable(scope, segments);
}

/** What PARTITION BY may name besides the table's columns: the time of arrival. */
const ddlPseudoColumns = [
  { name: '_PARTITIONTIME', type: { typeKind: 'TYPE_TIMESTAMP' } },
  { name: '_PARTITIONDATE', type: { typeKind: 'TYPE_DATE' } },
];

export function analyzerOptions(
  context: EngineContext,
  scope: Scope,
  columnTypes?: readonly Field[],
): object {
  return {
    languageOptions: context.language.options,
    queryParameters: scope.parameters.map(({ name, field }) => ({ name, type: engineType(field) })),
    errorMessageMode: 'ERROR_MESSAGE_ONE_LINE',
    defaultTimezone: 'UTC',
    pruneUnusedColumns: true,
    ddlPseudoColumns,
    parseLocationRecordType: 'PARSE_LOCATION_RECORD_FULL_NODE_SCOPE',
    ...(columnTypes && { targetColumnTypes: columnTypes.map((field): EngineType => engineType(field)) }),
  };
}

function withNowParameter(options: object): object {
  return withParameters(options, [{ name: nowParameter, type: { typeKind: 'TYPE_TIMESTAMP' } }]);
}

/** Each table once, with all that any of the query's reads of it needs. */
function plannedTables(
  parts: QueryParts,
  reached: Reach,
  { text: sql, scope }: QuerySource,
): readonly PlannedTable[] {
  const ticking = scope.now === undefined && parts.calls.some(({ name }) => isClock(name));
  const names = [...new Set(parts.scans.map(({ fullName }) => fullName))];
  return names.flatMap((fullName, position) => {
    const scans = parts.scans.filter((scan) => scan.fullName === fullName);
    const table = reached.tables.find((candidate) => candidate.fullName === fullName);
    if (table === undefined) return [];
    const planned = plannedTable(table, scans, `#${position}`, mayShowAnyColumn(sql));
    return [ticking ? { ...planned, divisible: false } : planned];
  });
}

/**
 * Whether a column that the query does not use may still matter to its meaning: only a star stands for columns that it
 * does not name (`* EXCEPT (unused)`, the sides of a UNION). Every other star is taken for one as well.
 */
function mayShowAnyColumn({ bytes }: SqlText): boolean {
  return bytes.replace(/\bCOUNT\s*\(\s*\*\s*\)/gi, '').includes('*');
}

function plannedTable(
  table: ReachableTable,
  scans: readonly TableScan[],
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
    // A table needs one column at least.
    sent: [...table.schema.keys()].filter(
      (index) => showsAny || table.valueTable || columns.has(index) || (columns.size === 0 && index === 0),
    ),
    withRowColumn: table.withRowColumn,
    valueTable: table.valueTable,
    divisible: scans.length === 1 && scans.every((scan) => scan.rowWise),
    alternatives: alternatives.every((conditions) => conditions.length > 0) ? alternatives : undefined,
  };
}

function plannedConditions(table: ReachableTable, scan: TableScan): readonly ColumnCondition[] {
  return scan.conditions.flatMap(({ columnId, values }) => {
    const index = scan.columns.find((column) => column.columnId === columnId)?.index;
    const field = index === undefined ? undefined : table.schema[index];
    return index === undefined || field === undefined ? [] : [{ index, field, values }];
  });
}

function outputFields(query: Node): readonly Field[] {
  return children(query, 'outputColumnList').map((column) =>
    fieldOfType(columnName(text(column, 'name') ?? ''), child(column, 'column')?.type),
  );
}

/** The engine calls a column without a name `$col1` and the like. */
function columnName(name: string): string {
  return /^\$col\d+$/.test(name) ? '' : name;
}
