import type { Field } from '../../model';
import { child, findAll, isNode, pathSegments, spanOf, type TreeNode } from '../engine/tree';
import type { EngineContext, StatementRun } from '../engine-context';
import type { TablePath } from '../parse/parser';
import { queryError } from '../parse/query-errors';
import { fromBytes, type SqlText, slice } from '../parse/sql-text';
import { withoutKeptFunctions } from '../routines/kept-routines';
import { type Scope, scopeKey } from '../scope';
import { checkCorrelatedQueries } from './correlated-queries';
import { engineCatalog } from './engine-catalog';
import { type EngineType, engineType } from './engine-types';
import { missingTable, type ReachableTables, reachableTables } from './reachable-tables';

/**
 * Analyses a statement as it was written, so that its faults are reported as BigQuery reports them. What was
 * found right once is not analysed again while all that it depends on is the same.
 */
export async function checkStatement(run: StatementRun): Promise<void> {
  const { context, scope } = run;
  const { text, reached } = await statementReach(run);
  const key = JSON.stringify([text.bytes, reached.key, ...scopeKey(scope)]);
  await context.checks(key, async () => {
    const tree = await analysedTree(context, text, scope, reached, analyserOptions(context, scope));
    checkCorrelatedQueries(tree);
  });
}

/** The analysed tree of a statement. */
export async function analysedStatement(run: StatementRun): Promise<TreeNode> {
  const { context, scope } = run;
  const { text, reached } = await statementReach(run);
  const tree = await analysedTree(context, text, scope, reached, analyserOptions(context, scope));
  checkCorrelatedQueries(tree);
  return tree;
}

async function statementReach({
  context,
  scope,
  script,
  statement,
}: StatementRun): Promise<{ readonly text: SqlText; readonly reached: ReachableTables }> {
  const text = await withoutKeptFunctions(context, slice(script, statement.span), scope);
  const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
  const target = targetOfStatement(statement.node)?.path;
  const altered = child(statement.node, 'parent', 'path');
  const all = [...paths, ...(target ? [target] : []), ...(altered ? [pathSegments(altered)] : [])];
  // Those of FOREIGN KEY.
  findAll([statement.node], 'reference', ({ tableName }) => all.push(pathSegments(tableName)));
  return { text, reached: reachableTables(scope, all, []) };
}

/** The table that a DML statement changes, as the statement names it. */
export function targetOfStatement(node: TreeNode): TablePath | undefined {
  const target = child(node, 'targetPath');
  const expression = child(target, 'astPathExpressionNode') ?? target;
  const place = spanOf(expression);
  if (expression === undefined || place === undefined) return undefined;
  return { path: pathSegments(expression), span: place, hasAlias: isNode(node.alias) };
}

/** Analyses a text against the tables it can reach. Throws what BigQuery would say of it. */
export async function analysedTree(
  context: EngineContext,
  sql: SqlText,
  scope: Scope,
  reached: ReachableTables,
  options: object,
): Promise<TreeNode> {
  const constants = [...scope.variables.values()].map(({ name, field }) => ({
    namePath: [name],
    type: engineType(field),
    value: {},
  }));
  const request = {
    sqlStatement: fromBytes(sql.bytes),
    options,
    simpleCatalog: engineCatalog(context.dialect, reached.tables, constants),
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

/** The analyser's options for a text in this scope. */
export function analyserOptions(
  context: EngineContext,
  scope: Scope,
  columnTypes?: readonly Field[],
): object {
  return {
    languageOptions: context.dialect.options,
    queryParameters: scope.parameters.map(({ name, field }) => ({ name, type: engineType(field) })),
    errorMessageMode: 'ERROR_MESSAGE_ONE_LINE',
    defaultTimezone: 'UTC',
    pruneUnusedColumns: true,
    ddlPseudoColumns,
    parseLocationRecordType: 'PARSE_LOCATION_RECORD_FULL_NODE_SCOPE',
    ...(columnTypes && { targetColumnTypes: columnTypes.map((field): EngineType => engineType(field)) }),
  };
}
