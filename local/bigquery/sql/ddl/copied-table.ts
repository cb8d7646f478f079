import type { StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { missingTable } from '../analyse/reachable-tables';
import { child, flag, isNode, pathSegments, spanOf, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import { notImplemented } from '../parse/query-errors';
import { derived, quotedPath, slice } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';
import { alreadyExistsInDdl, changeAnyTable } from './change-any-table';
import { parsedTableOptions } from './options-list';
import { refuseOtherKind } from './other-kinds';

/** The table that a CREATE TABLE … LIKE, COPY or CLONE takes after, and whether it takes its rows. */
export interface Original {
  readonly path: readonly string[];
  readonly withRows: boolean;
  /** FOR SYSTEM_TIME AS OF. */
  readonly systemTime?: TreeNode | undefined;
}

/** Read from a parsed CREATE TABLE; undefined where it defines its own columns. */
export function originalOf(node: TreeNode): Original | undefined {
  const base = child(node, 'parent');
  const like = child(base, 'likeTableName');
  if (like !== undefined) return { path: pathSegments(like), withRows: false };
  return sourceOf(node);
}

function sourceOf(node: TreeNode): Original | undefined {
  const source = child(node, 'copyDataSource', 'parent') ?? child(node, 'cloneDataSource', 'parent');
  if (source === undefined) return undefined;
  if (isNode(source.whereClause)) throw notImplemented('CREATE TABLE … COPY or CLONE with WHERE');
  const path = pathSegments(child(source, 'pathExpr'));
  return { path, withRows: true, systemTime: child(source, 'forSystemTime') };
}

/** CREATE TABLE … LIKE, COPY and CLONE. */
export async function runCopiedTable(run: StatementRun, original: Original): Promise<StatementResult> {
  const { statement } = run;
  const base = child(statement.node, 'parent');
  if (isNode(statement.node.query)) throw notImplemented('CREATE TABLE … LIKE with a query');
  const names = {
    name: child(base, 'name'),
    header: child(base, 'parent'),
    options: child(base, 'optionsList'),
  };
  return copied(run, original, names, 'CREATE_TABLE');
}

/** CREATE SNAPSHOT TABLE … CLONE: a table whose rows do not change. */
export async function runCreateSnapshot(run: StatementRun): Promise<StatementResult> {
  const { node } = run.statement;
  const original = sourceOf(node);
  if (original === undefined) throw notImplemented('CREATE SNAPSHOT TABLE without CLONE');
  const names = {
    name: child(node, 'name'),
    header: child(node, 'parent'),
    options: child(node, 'optionsList'),
  };
  return copied(run, original, names, 'CREATE_SNAPSHOT_TABLE');
}

interface Names {
  readonly name: TreeNode | undefined;
  readonly header: TreeNode | undefined;
  readonly options: TreeNode | undefined;
}

async function copied(
  run: StatementRun,
  original: Original,
  { name, header, options: list }: Names,
  statementType: 'CREATE_TABLE' | 'CREATE_SNAPSHOT_TABLE',
): Promise<StatementResult> {
  const { scope } = run;
  const target = tableNamed(scope, pathSegments(name));
  const source = tableNamed(scope, original.path);
  const snapshot = scope.read(source);
  if (snapshot === undefined) throw missingTable(scope, original.path);
  refuseOtherKind(source, snapshot, ['TABLE', 'SNAPSHOT']);
  if (original.systemTime !== undefined && !run.dry) await checkTime(run, original, original.systemTime);
  const { options } = await parsedTableOptions(run, list);
  const isSnapshot = statementType === 'CREATE_SNAPSHOT_TABLE';
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current !== undefined && flag(header, 'isIfNotExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && !flag(header, 'isOrReplace')) throw alreadyExistsInDdl(target);
    const operation = current === undefined ? 'CREATE' : 'REPLACE';
    const { snapshotDefinition: _, ...own } = snapshot.options ?? {};
    const definition = { baseTableReference: source, snapshotTime: (scope.now ?? new Date()).toISOString() };
    const change: TableChange = {
      kind: 'create',
      schema: snapshot.schema,
      rows: rowsOf(snapshot, original),
      options: { ...own, ...options, ...(isSnapshot && { snapshotDefinition: definition }) },
    };
    return { change, operation, plans: [] };
  });
  return {
    statementType,
    ddlTargetTable: target,
    ddlOperationPerformed: operation,
    referencedTables: [source],
    bytesProcessed: 0,
  };
}

const rowsOf = ({ rows }: TableSnapshot, { withRows }: Original) => (withRows ? rows : []);

/** A query of the table at that time is refused where the time is before what is kept. */
async function checkTime(
  { context, scope, script }: StatementRun,
  { path }: Original,
  clause: TreeNode,
): Promise<void> {
  const time = slice(script, spanOf(clause) ?? { start: 0, end: 0 });
  const sql = `SELECT 1 FROM ${quotedPath(path)} ${time.bytes} WHERE FALSE`;
  const plan = await planQuery(context, { text: derived(time, sql), scope });
  await evaluate(context, plan, scope);
}

function tableNamed(scope: Scope, path: readonly string[]): TableReference {
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}
