import type { Field, Row, StatementResult, TableChange, TableOptions, TableReference } from '../../model';
import { analysedStatement } from '../analyse/analyse-statement';
import { type QueryPlan, referencedTables } from '../analyse/query-plan';
import { missingTable } from '../analyse/reachable-tables';
import { child, children, isNode, spanOf, stringAt, stringsAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { bytesProcessed } from '../evaluate/bytes-processed';
import { coercedRows } from '../evaluate/coerce';
import { rowFit } from '../evaluate/fit-cells';
import { invalidQuery } from '../parse/query-errors';
import { slice } from '../parse/sql-text';
import { temporaryDataset } from '../scope';
import { alreadyExistsInDdl, changeAnyTable, namedTable, onlyNode } from './change-any-table';
import { fieldOfDefinition } from './column-definition';
import { originalOf, runCopiedTable } from './copied-table';
import { partitioning, tableOptions } from './options-list';
import { constraintsOf } from './table-constraints';

/** CREATE TABLE, with or without a query. */
export async function runCreateTable(run: StatementRun): Promise<StatementResult> {
  const { scope } = run;
  const original = originalOf(run.statement.node);
  if (original !== undefined) return runCopiedTable(run, original);
  const checked = await analysedStatement(run);
  const create = onlyNode(checked, ['resolvedCreateTableStmtNode', 'resolvedCreateTableAsSelectStmtNode']);
  const base = child(create, 'parent') ?? {};
  const header = child(base, 'parent') ?? {};
  const isTemporary = stringAt(header, 'createScope') === 'CREATE_TEMP';
  const target = isTemporary ? temporaryTable(run, header) : namedTable(scope, header);
  const mode = stringAt(header, 'createMode') ?? 'CREATE_DEFAULT';
  const withQuery = isNode(create.query);
  const outcome = await changeAnyTable(run, target, async (current, inside) => {
    if (current !== undefined && mode === 'CREATE_IF_NOT_EXISTS')
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && mode !== 'CREATE_OR_REPLACE') throw alreadyExistsInDdl(target);
    const { change, plans } = await created(inside, create);
    return { change, operation: current === undefined ? 'CREATE' : 'REPLACE', plans };
  });
  return {
    statementType: withQuery ? 'CREATE_TABLE_AS_SELECT' : 'CREATE_TABLE',
    ddlTargetTable: target,
    ddlOperationPerformed: outcome.operation,
    referencedTables: referencedTables(outcome.plans),
    bytesProcessed: bytesProcessed(outcome.plans, scope),
  };
}

/** BigQuery: it lives as long as the script. */
function temporaryTable({ scope, script }: StatementRun, header: TreeNode): TableReference {
  const [name, ...others] = stringsAt(header, 'namePath').slice(-1);
  if (scope.temporary === undefined)
    throw invalidQuery('Use of CREATE TEMPORARY TABLE requires a script or session', script);
  if (name === undefined || others.length > 0) throw missingTable(scope, stringsAt(header, 'namePath'));
  scope.temporary.add(name);
  return { projectId: scope.projectId, datasetId: temporaryDataset, tableId: name };
}

async function created(
  run: StatementRun,
  create: TreeNode,
): Promise<{ readonly change: TableChange; readonly plans: readonly QueryPlan[] }> {
  const base = child(create, 'parent') ?? {};
  const text = slice(run.script, run.statement.span);
  const schema = children(base, 'columnDefinitionList').map(fieldOfDefinition);
  const parts = partitioning(create, text);
  const given = await tableOptions(run, text, children(base, 'optionList'));
  const tableConstraints = constraintsOf(run.scope, run.statement.node, schema);
  const options: TableOptions = {
    ...parts,
    ...given,
    ...partitionOptions(parts, given),
    ...(tableConstraints && { tableConstraints }),
  };
  const { rows, plans } = await queriedRows(run, schema);
  return { change: { kind: 'create', schema, rows, options }, plans };
}

/** The partitions' kind comes from PARTITION BY, their expiration from OPTIONS. */
function partitionOptions(parts: TableOptions, given: TableOptions): TableOptions {
  if (parts.timePartitioning === undefined) return {};
  return { timePartitioning: { ...given.timePartitioning, ...parts.timePartitioning } };
}

async function queriedRows(
  { context, scope, script, statement, dry }: StatementRun,
  schema: readonly Field[],
): Promise<{ readonly rows: readonly Row[]; readonly plans: readonly QueryPlan[] }> {
  const place = spanOf(child(statement.node, 'query'));
  if (place === undefined) return { rows: [], plans: [] };
  const query = slice(script, place);
  const { rows, plans } = await coercedRows(context, scope, query, schema, dry);
  return { rows: rows.map(rowFit(schema)), plans };
}
