import { BigQueryError } from '../../bigquery-error';
import type { StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { datasetNotFoundInQuery } from '../../not-found';
import type { QueryPlan } from '../analyse/query-plan';
import { missingTable } from '../analyse/reachable-tables';
import { findAll, stringsAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { resolvePath, type Scope, tableKey, withCurrent } from '../scope';

type DdlOperation = NonNullable<StatementResult['ddlOperationPerformed']>;

/** What a DDL statement wants done to its table. */
export interface TableDefinitionChange {
  readonly change: TableChange | undefined;
  readonly operation: DdlOperation;
  readonly plans: readonly QueryPlan[];
}

/**
 * Runs `decide` on a table's present state, or on its absence, while nobody else changes it. A dry run
 * changes nothing, but shows what it would have changed to later statements of its script.
 */
export async function changeAnyTable(
  run: StatementRun,
  target: TableReference,
  decide: (current: TableSnapshot | undefined, run: StatementRun) => Promise<TableDefinitionChange>,
): Promise<TableDefinitionChange> {
  const { scope, dry } = run;
  const inside = (current: TableSnapshot | undefined) =>
    decide(current, current === undefined ? run : { ...run, scope: withCurrent(scope, target, current) });
  if (!dry) {
    return scope.store.mutate(target, async (current) => {
      const result = await inside(current);
      return { change: result.change, result };
    });
  }
  if (!scope.store.hasDataset(target)) throw datasetNotFoundInQuery(target);
  const before = scope.read(target);
  const result = await inside(before);
  const { change } = result;
  if (change?.kind === 'drop') scope.foreseen.set(tableKey(target), undefined);
  if (change?.kind === 'create' || change?.kind === 'alter')
    scope.foreseen.set(tableKey(target), foreseenTable(target, change, before));
  return result;
}

function foreseenTable(
  reference: TableReference,
  change: Extract<TableChange, { readonly kind: 'create' | 'alter' }>,
  before: TableSnapshot | undefined,
): TableSnapshot {
  const options = change.options ?? before?.options;
  return { reference, schema: change.schema, rows: [], ...(options && { options }) };
}

export function alreadyExistsInDdl({ projectId, datasetId, tableId }: TableReference): BigQueryError {
  return new BigQueryError('duplicate', `Already Exists: Table ${projectId}:${datasetId}.${tableId}`);
}

/** The table that an analysed DDL statement names. */
export function namedTable(scope: Scope, node: TreeNode): TableReference {
  const path = stringsAt(node, 'namePath');
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}

/** The statement itself, of one of these kinds. */
export function onlyNode(tree: TreeNode, kinds: readonly string[]): TreeNode {
  for (const kind of kinds) {
    let found: TreeNode | undefined;
    findAll(tree, kind, (node) => {
      found ??= node;
    });
    if (found !== undefined) return found;
  }
  throw notImplemented('This statement');
}

/** The result of a statement that reads no table. */
export function ddlResult(
  statementType: 'DROP_TABLE' | 'ALTER_TABLE',
  target: TableReference,
  ddlOperationPerformed: DdlOperation,
): StatementResult {
  return {
    statementType,
    ddlTargetTable: target,
    ddlOperationPerformed,
    referencedTables: [],
    bytesProcessed: 0,
  };
}
