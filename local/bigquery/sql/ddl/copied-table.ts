import type { StatementResult, TableReference, TableSnapshot } from '../../model';
import { missingTable } from '../analyse/reachable-tables';
import { child, flag, isNode, pathSegments, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { resolvePath, type Scope } from '../scope';
import { alreadyExistsInDdl, changeAnyTable } from './change-any-table';

/** The table that a CREATE TABLE … LIKE, COPY or CLONE takes after, and whether it takes its rows. */
export interface Original {
  readonly path: readonly string[];
  readonly withRows: boolean;
}

/** Read from a parsed CREATE TABLE; undefined where it defines its own columns. */
export function originalOf(node: TreeNode): Original | undefined {
  const base = child(node, 'parent');
  const like = child(base, 'likeTableName');
  if (like !== undefined) return { path: pathSegments(like), withRows: false };
  const source = child(node, 'copyDataSource', 'parent') ?? child(node, 'cloneDataSource', 'parent');
  if (source === undefined) return undefined;
  if (isNode(source.forSystemTime) || isNode(source.whereClause))
    throw notImplemented('CREATE TABLE … COPY or CLONE with FOR SYSTEM_TIME or WHERE');
  return { path: pathSegments(child(source, 'pathExpr')), withRows: true };
}

/** CREATE TABLE … LIKE, COPY and CLONE. */
export async function runCopiedTable(run: StatementRun, original: Original): Promise<StatementResult> {
  const { scope, statement } = run;
  const base = child(statement.node, 'parent');
  const header = child(base, 'parent');
  if (isNode(base?.optionsList) || isNode(statement.node.query))
    throw notImplemented('CREATE TABLE … LIKE or COPY with OPTIONS or a query');
  const target = tableNamed(scope, pathSegments(child(base, 'name')));
  const source = tableNamed(scope, original.path);
  const snapshot = scope.read(source);
  if (snapshot === undefined) throw missingTable(scope, original.path);
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current !== undefined && flag(header, 'isIfNotExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && !flag(header, 'isOrReplace')) throw alreadyExistsInDdl(target);
    const operation = current === undefined ? 'CREATE' : 'REPLACE';
    return { change: copyOf(snapshot, original), operation, plans: [] };
  });
  return {
    statementType: 'CREATE_TABLE',
    ddlTargetTable: target,
    ddlOperationPerformed: operation,
    referencedTables: [source],
    bytesProcessed: 0,
  };
}

const copyOf = ({ schema, rows, options = {} }: TableSnapshot, { withRows }: Original) =>
  ({ kind: 'create', schema, options, rows: withRows ? rows : [] }) as const;

function tableNamed(scope: Scope, path: readonly string[]): TableReference {
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}
