import { BigQueryError } from '../../errors';
import type { Field, Row, TableChange, TableReference, TableSnapshot } from '../../model';
import { analyze, analyzerOptions, scopeKey } from '../analyse/plan-query';
import { missingTable, type Reach, reach } from '../analyse/reachable-tables';
import { child, type Node } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import type { ParsedStatement } from '../parse/parser';
import { pathOf, type TablePath, targetOf } from '../parse/parser';
import { tableNotFound } from '../parse/query-errors';
import { type SqlText, slice } from '../parse/sql-text';
import { resolvePath, type Scope, tableKey } from '../scope';

/** A statement that changes a table, with its text. Spans of its nodes count from the start of `script`. */
export interface ChangingStatement {
  readonly script: SqlText;
  readonly statement: ParsedStatement;
}

/** The stretch of the script that a node covers, as text. */
export function textOf({ script }: ChangingStatement, place: { start: number; end: number }): string {
  return script.bytes.slice(place.start, place.end);
}

/** The table that a statement changes. Throws where its path is incomplete. */
export function targetReference(scope: Scope, statement: ChangingStatement): TableReference {
  const { path } = targetPath(statement);
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}

export function targetPath(statement: ChangingStatement): TablePath {
  const target = targetOf(statement.statement.node);
  if (target === undefined)
    throw new BigQueryError('notImplemented', 'Only whole tables can be changed by the local BigQuery.');
  return target;
}

/** The scope in which the target is what `mutate` hands over, not what the store showed before. */
export function withCurrent(scope: Scope, target: TableReference, current: TableSnapshot): Scope {
  const key = tableKey(target);
  return { ...scope, read: (reference) => (tableKey(reference) === key ? current : scope.read(reference)) };
}

/** What a statement's change came to. */
export interface Decision<T> {
  readonly change: TableChange | undefined;
  readonly result: T;
}

/**
 * Runs `decide` on the table's present state under the store's lock. In a dry run nothing is changed and the state is
 * the last committed one.
 */
export async function changeTable<T>(
  scope: Scope,
  target: TableReference,
  dry: boolean,
  decide: (current: TableSnapshot, inside: Scope) => Promise<Decision<T>>,
): Promise<T> {
  const inside = (current: TableSnapshot | undefined) => {
    if (current === undefined)
      throw missingTable(scope, [target.projectId, target.datasetId, target.tableId]);
    return decide(current, withCurrent(scope, target, current));
  };
  if (dry) return (await inside(scope.read(target))).result;
  return scope.store.mutate(target, async (current) => {
    if (current === undefined) throw tableNotFound(target);
    return inside(current);
  });
}

/**
 * Analyses the statement as it was written, so that its faults are reported as BigQuery reports them. What was found
 * right once is not analysed again as long as all it depends on is the same.
 */
export async function check(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
): Promise<void> {
  const { text, reached } = await statementReach(context, scope, changing);
  const key = JSON.stringify([text.bytes, reached.key, ...scopeKey(scope)]);
  await context.checks(key, async () => {
    await analyze(context, text, scope, reached, analyzerOptions(context, scope));
  });
}

/** The analysed tree of a statement. */
export async function analyzed(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
): Promise<Node> {
  const { text, reached } = await statementReach(context, scope, changing);
  return analyze(context, text, scope, reached, analyzerOptions(context, scope));
}

async function statementReach(
  context: EngineContext,
  scope: Scope,
  { script, statement }: ChangingStatement,
): Promise<{ readonly text: SqlText; readonly reached: Reach }> {
  const text = slice(script, statement.span.start, statement.span.end);
  const paths = (await context.parser.tablePaths(text)).map(({ path }) => path);
  const target = targetOf(statement.node)?.path;
  const altered = child(statement.node, 'parent', 'path');
  const all = [...paths, ...(target ? [target] : []), ...(altered ? [pathOf(altered)] : [])];
  return { text, reached: reach(scope, all, []) };
}

/** A table's columns by lower-case name. */
export function columnIndex(schema: readonly Field[], name: string): number {
  const folded = name.toLowerCase();
  return schema.findIndex((field) => field.name.toLowerCase() === folded);
}

export function changeOfRows(
  before: readonly Row[],
  after: readonly Row[],
  changed: boolean,
): TableChange | undefined {
  return changed || before.length !== after.length ? { kind: 'replace', rows: after } : undefined;
}
