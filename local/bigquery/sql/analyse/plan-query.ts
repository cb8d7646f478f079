import { BigQueryError } from '../../bigquery-error';
import type { Field, TableReference } from '../../model';
import { child, children, stringAt, type TreeNode, visitAll } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import type { TablePath } from '../parse/parser';
import { invalidQuery } from '../parse/query-errors';
import { edited, fromBytes, type SqlText, slice } from '../parse/sql-text';
import { withoutKeptFunctions } from '../routines/kept-routines';
import { type Scope, scopeKey, tableKey } from '../scope';
import { analysedTree, analyserOptions } from './analyse-statement';
import { evaluatedField, geographyTypes } from './calls/geography-calls';
import { nowParameter, replacedCalls } from './calls/replaced-calls';
import { refuseCastOfRange, refuseExtremeOfRange, refuseJsonOfRange } from './calls/unevaluable';
import { arrayReads } from './conditions/array-reads';
import { checkCorrelatedQueries } from './correlated-queries';
import { directQuery } from './direct-query';
import { type CatalogTable, engineCatalog } from './engine-catalog';
import { engineType, fieldOfType } from './engine-types';
import { plannedTables } from './planned-tables';
import {
  type KnownPlan,
  type PlannedTable,
  type QueryPlan,
  type QuerySource,
  sentFields,
} from './query-plan';
import { type ReachableTable, type ReachableTables, reachableTables } from './reachable-tables';
import { overParameters, tableEdits, withParameters } from './replace-tables';
import { type QueryParts, queryParts, readsTable } from './scans';
import { withoutViews } from './views';

/**
 * Analyses a query and works out what must be sent to evaluate it. Plans are kept by all that they depend on.
 */
export async function planQuery(context: EngineContext, given: QuerySource): Promise<QueryPlan> {
  const { scope } = given;
  const sql = await writtenOut(context, given.text, scope);
  const source = sql === given.text ? given : { ...given, text: sql };
  const paths = await context.parser.tablePaths(sql);
  const reached = reachableTables(
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
  const known = await context.plans(key, async () => ({
    plan: await makePlan(context, source, paths, reached),
    tables: reached.tables,
  }));
  return planOver(reached.tables, known);
}

/** Views and functions inside each other. */
const mostRounds = 16;

/** A text with what it names written out: views may call functions, and functions read views. */
async function writtenOut(context: EngineContext, text: SqlText, scope: Scope): Promise<SqlText> {
  let current = text;
  for (let round = 0; round < mostRounds; round += 1) {
    const next = await withoutKeptFunctions(context, await withoutViews(context, current, scope), scope);
    if (next === current) return current;
    current = next;
  }
  throw invalidQuery(`Views and functions are nested more than ${mostRounds} levels deep`, text);
}

/** The same plan over tables of another dataset. To analyse each statement for each tenant takes most of a statement. */
function planOver(tables: readonly ReachableTable[], { plan, tables: before }: KnownPlan): QueryPlan {
  if (before.every((table, index) => isSameTable(table, tables[index]))) return plan;
  const now = new Map(before.map(({ fullName }, index) => [fullName, tables[index]]));
  const fullNameNow = (fullName: string) => now.get(fullName)?.fullName ?? fullName;
  return {
    ...plan,
    tables: plan.tables.map((table) => ({
      ...table,
      reference: now.get(table.fullName)?.reference,
      fullName: fullNameNow(table.fullName),
    })),
    reads: plan.reads.map((read) => ({ ...read, fullName: fullNameNow(read.fullName) })),
  };
}

/** A local one has the same name whichever stored table it stands for. */
const isSameTable = (one: KnownPlan['tables'][number], other: ReachableTable | undefined): boolean =>
  one.fullName === other?.fullName && keyOf(one.reference) === keyOf(other.reference);

const keyOf = (reference: TableReference | undefined) => reference && tableKey(reference);

/** The plan of a text that was made of another; undefined where the engine refuses it. */
export async function planIfSound(
  context: EngineContext,
  source: QuerySource,
): Promise<QueryPlan | undefined> {
  try {
    return await planQuery(context, source);
  } catch (error) {
    if (error instanceof BigQueryError) return undefined;
    throw error;
  }
}

async function makePlan(
  context: EngineContext,
  source: QuerySource,
  paths: readonly TablePath[],
  reached: ReachableTables,
): Promise<QueryPlan> {
  const { text: sql, scope } = source;
  const options = analyserOptions(context, scope, source.columnTypes);
  const statement = await analysedTree(context, sql, scope, reached, options);
  if (source.isWritten === true) checkCorrelatedQueries(statement);
  const query = child(statement, 'resolvedQueryStmtNode') ?? {};
  const { aggregates, mayRepeat } = queryFacts(query);
  const parts = queryParts(query);
  const tables = plannedTables(parts, reached, source, arrayReads(query));
  const types = /geography/i.test(sql.bytes) ? geographyTypes(await context.parser.tree(sql)) : [];
  const evaluated = edited(
    sql,
    replacedCalls(parts.calls, sql, scope.now, [...tableEdits(parts, paths, tables), ...types]),
  );
  const ownOptions = analyserOptions(context, evaluatedScope(scope), source.columnTypes?.map(evaluatedField));
  const evaluatedOptions = scope.now === undefined ? ownOptions : withNowParameter(ownOptions);
  const request = (sent: readonly PlannedTable[]) => ({
    sql: fromBytes(evaluated.bytes),
    options: evaluatedOptions,
    simpleCatalog: engineCatalog(context.dialect, sent.map(evaluatedTable), []),
  });
  return {
    request: context.client.encode('EvaluateQuery', request(tables)),
    text: evaluated,
    source: { text: sql, locals: source.locals, columnTypes: source.columnTypes },
    systemTimes: systemTimes(parts, paths, sql),
    mayRepeat: mayRepeat || parts.calls.some(({ name }) => name === 'ZetaSQL:$in_array'),
    direct: directQuery(query, tables),
    tables,
    output: outputFields(query),
    valueTable: query.isValueTable === true,
    reads: parts.scans.map(({ fullName, span }) => ({ fullName, start: span.start })),
    aggregates,
    isVolatile: parts.calls.some(({ name }) => volatile.has(name)),
    overParameters: overParameters(source, parts, paths, tables, evaluatedOptions, types),
  };
}

/** The expressions of FOR SYSTEM_TIME AS OF, with the tables that they are for. */
function systemTimes(
  { scans }: QueryParts,
  paths: readonly TablePath[],
  sql: SqlText,
): QueryPlan['systemTimes'] {
  return paths.flatMap(({ span, systemTime }) => {
    const scan = scans.find((each) => each.span.start === span.start);
    if (systemTime === undefined || scan === undefined) return [];
    return [{ fullName: scan.fullName, expression: slice(sql, systemTime.expression) }];
  });
}

const volatile = new Set(['ZetaSQL:rand', 'ZetaSQL:generate_uuid']);

/**
 * What matters of an analysed query besides its parts, in one walk.
 * @throws BigQueryError `notImplemented` for what the engine finds out only when it comes to a row
 */
function queryFacts(query: TreeNode) {
  const aggregates: string[] = [];
  let mayRepeat = false;
  visitAll(query, {
    resolvedCastNode: refuseCastOfRange,
    resolvedFunctionCallNode: refuseJsonOfRange,
    resolvedAggregateFunctionCallNode: (node) => {
      refuseExtremeOfRange(node);
      aggregates.push(...functionNames(node));
    },
    resolvedAnalyticScanNode: () => {
      mayRepeat = true;
    },
    resolvedSubqueryExprNode: (node) => {
      mayRepeat ||= readsTable(node);
    },
  });
  return { aggregates, mayRepeat };
}

/** Of a call, whose name stands in one of its nested `parent`s. */
function functionNames(call: TreeNode): readonly string[] {
  const names: string[] = [];
  for (let part: TreeNode | undefined = call; part !== undefined; part = child(part, 'parent')) {
    const name = stringAt(child(part, 'function'), 'name');
    if (name !== undefined) names.push(name);
  }
  return names;
}

function evaluatedTable(table: PlannedTable): CatalogTable {
  const { name, withRowColumn, valueTable } = table;
  const schema = sentFields(table).map(evaluatedField);
  return { path: [name], fullName: name, schema, withRowColumn, valueTable };
}

const evaluatedScope = (scope: Scope): Scope => ({
  ...scope,
  parameters: scope.parameters.map((value) => ({ ...value, field: evaluatedField(value.field) })),
});

function withNowParameter(options: object): object {
  return withParameters(options, [{ name: nowParameter, type: { typeKind: 'TYPE_TIMESTAMP' } }]);
}

function outputFields(query: TreeNode): readonly Field[] {
  return children(query, 'outputColumnList').map((column) =>
    fieldOfType(columnName(stringAt(column, 'name') ?? ''), child(column, 'column')?.type),
  );
}

/** The engine calls a column without a name `$col1` and the like. */
function columnName(name: string): string {
  return /^\$col\d+$/.test(name) ? '' : name;
}
