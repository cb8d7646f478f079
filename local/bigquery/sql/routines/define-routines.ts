import { BigQueryError } from '../../bigquery-error';
import type { RoutineKind, StatementResult } from '../../model';
import { routineNotFoundInQuery } from '../../not-found';
import { missingTable } from '../analyse/reachable-tables';
import { changeAnyTable } from '../ddl/change-any-table';
import { child, flag, isNode, pathSegments, stringAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { bytesAt, fromBytes } from '../parse/sql-text';
import { routineReference } from './kept-routines';

const kinds: Readonly<Record<string, RoutineKind>> = {
  astCreateFunctionStatementNode: 'FUNCTION',
  astCreateTableFunctionStatementNode: 'TABLE_FUNCTION',
  astCreateProcedureStatementNode: 'PROCEDURE',
  astDropFunctionStatementNode: 'FUNCTION',
  astDropTableFunctionStatementNode: 'TABLE_FUNCTION',
  astDropStatementNode: 'PROCEDURE',
};

const kindOf = ({ statement }: StatementRun): RoutineKind => kinds[statement.kind] ?? 'PROCEDURE';

/** CREATE FUNCTION, CREATE TABLE FUNCTION and CREATE PROCEDURE: keep the statement's text. */
export async function runCreateRoutine(run: StatementRun): Promise<StatementResult> {
  const { scope, script, statement } = run;
  const kind = kindOf(run);
  const { header, name } = declared(statement.node, kind);
  refuseOther(statement.node);
  const isTemporary = stringAt(header, 'scope') === 'TEMPORARY';
  // Its body stands in place of its calls by now.
  if (isTemporary && kind === 'FUNCTION') return result(`CREATE_${kind}`, undefined);
  if (isTemporary) throw notImplemented(`CREATE TEMP ${kind.replace('_', ' ')}`);
  const reference = routineReference(scope, name);
  if (reference === undefined) throw missingTable(scope, name);
  const definition = fromBytes(bytesAt(script, statement.span));
  const { operation } = await changeAnyTable(run, reference, async (current) => {
    if (current !== undefined && flag(header, 'isIfNotExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && !flag(header, 'isOrReplace')) throw alreadyThere(reference, name);
    const options = { routine: { kind, definition } };
    const operation = current === undefined ? 'CREATE' : 'REPLACE';
    return { change: { kind: 'create', schema: [], rows: [], options }, operation, plans: [] };
  });
  return result(`CREATE_${kind}`, operation);
}

function declared(node: TreeNode, kind: RoutineKind) {
  if (kind === 'PROCEDURE') return { header: child(node, 'parent'), name: pathSegments(child(node, 'name')) };
  const base = child(node, 'parent');
  return { header: child(base, 'parent'), name: pathSegments(child(base, 'functionDeclaration', 'name')) };
}

/** What of a routine's definition is not SQL. */
function refuseOther(node: TreeNode): void {
  const language = stringAt(child(node, 'parent', 'language') ?? child(node, 'language'), 'idString');
  if (node.isRemote === true) throw notImplemented('CREATE FUNCTION … REMOTE');
  if (language !== undefined) throw notImplemented(`CREATE FUNCTION … LANGUAGE ${language}`);
  const body = node.sqlFunctionBody ?? node.query ?? node.body;
  if (!isNode(body)) throw notImplemented('CREATE FUNCTION without an SQL body');
}

/** DROP FUNCTION, DROP TABLE FUNCTION and DROP PROCEDURE. */
export async function runDropRoutine(run: StatementRun): Promise<StatementResult> {
  const { scope, statement } = run;
  const kind = kindOf(run);
  const name = pathSegments(child(statement.node, 'name'));
  const reference = routineReference(scope, name);
  if (reference === undefined) throw missingTable(scope, name);
  const { operation } = await changeAnyTable(run, reference, async (current) => {
    const isThere = current?.options?.routine?.kind === kind;
    if (!isThere && !flag(statement.node, 'isIfExists'))
      throw routineNotFoundInQuery(reference, name.at(-1) ?? '');
    return isThere
      ? { change: { kind: 'drop' }, operation: 'DROP', plans: [] }
      : { change: undefined, operation: 'SKIP', plans: [] };
  });
  return result(`DROP_${kind}`, operation);
}

const result = (
  statementType: StatementResult['statementType'],
  operation: StatementResult['ddlOperationPerformed'],
): StatementResult => ({
  statementType,
  ...(operation && { ddlOperationPerformed: operation }),
  referencedTables: [],
  bytesProcessed: 0,
});

const alreadyThere = (
  { projectId, datasetId }: { readonly projectId: string; readonly datasetId: string },
  name: readonly string[],
): BigQueryError =>
  new BigQueryError('duplicate', `Already Exists: Routine ${projectId}:${datasetId}.${name.at(-1)}`);
