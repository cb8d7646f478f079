import { BigQueryError } from '../../bigquery-error';
import type { Field, StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { analysedStatement } from '../analyse/analyse-statement';
import { missingTable } from '../analyse/reachable-tables';
import { child, children, findAll, flag, isNode, pathSegments, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { slice } from '../parse/sql-text';
import { resolvePath } from '../scope';
import { alteredColumns, newTableName } from './alter-columns';
import {
  alreadyExistsInDdl,
  changeAnyTable,
  ddlResult,
  type TableDefinitionChange,
} from './change-any-table';
import { fieldOfDefinition } from './column-definition';
import { tableOptions } from './options-list';

/** ALTER TABLE. */
export async function runAlterTable(run: StatementRun): Promise<StatementResult> {
  const { scope } = run;
  const parsed = pathSegments(child(run.statement.node, 'parent', 'path'));
  const target = resolvePath(scope, parsed);
  if (target === undefined) throw missingTable(scope, parsed);
  const actions = children(child(run.statement.node, 'parent', 'actionList'), 'actions');
  const newName = newTableName(actions);
  if (newName !== undefined) return renamed(run, target, newName);
  const { operation } = await changeAnyTable(run, target, async (current, inside) => {
    if (current === undefined && flag(child(run.statement.node, 'parent'), 'isIfExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current === undefined) throw missingTable(scope, parsed);
    const isOfColumns = !actions.some(
      (action) => action.astAddColumnActionNode ?? action.astSetOptionsActionNode,
    );
    if (!isOfColumns) return altered(inside, current);
    return { change: await alteredColumns(inside, current, actions), operation: 'ALTER', plans: [] };
  });
  return ddlResult('ALTER_TABLE', target, operation);
}

/** The table is made under its new name before it is gone under the other. */
async function renamed(run: StatementRun, target: TableReference, tableId: string): Promise<StatementResult> {
  const { scope } = run;
  const current = scope.read(target);
  if (current === undefined) throw missingTable(scope, [target.projectId, target.datasetId, target.tableId]);
  const next = { ...target, tableId };
  await changeAnyTable(run, next, async (existing) => {
    if (existing !== undefined) throw alreadyExistsInDdl(next);
    const { schema, rows, options = {} } = current;
    return { change: { kind: 'create', schema, rows, options }, operation: 'CREATE', plans: [] };
  });
  await changeAnyTable(run, target, async () => ({ change: { kind: 'drop' }, operation: 'DROP', plans: [] }));
  return ddlResult('ALTER_TABLE', next, 'ALTER');
}

/** ADD COLUMN and SET OPTIONS. */
async function altered(run: StatementRun, current: TableSnapshot): Promise<TableDefinitionChange> {
  const checked = await analysedStatement(run);
  const text = slice(run.script, run.statement.span);
  const options: TreeNode[] = [];
  findAll(checked, 'resolvedAlterTableSetOptionsStmtNode', (node) =>
    options.push(...children(node, 'optionList')),
  );
  findAll(checked, 'resolvedSetOptionsActionNode', (node) => options.push(...children(node, 'optionList')));
  const added: Field[] = [];
  for (const action of alterActions(checked)) {
    const definition = child(action, 'resolvedAddColumnActionNode', 'columnDefinition');
    if (definition === undefined && !isNode(action.resolvedSetOptionsActionNode))
      throw notImplemented('ALTER TABLE with ADD COLUMN or SET OPTIONS beside something else');
    if (definition === undefined) continue;
    const field = fieldOfDefinition(definition);
    const exists = [...current.schema, ...added].some(
      ({ name }) => name.toLowerCase() === field.name.toLowerCase(),
    );
    if (!exists) added.push(addable(field));
  }
  if (added.length === 0 && options.length === 0) return { change: undefined, operation: 'SKIP', plans: [] };
  const change: TableChange = {
    kind: 'alter',
    schema: [...current.schema, ...added],
    ...(options.length > 0 && {
      options: { ...current.options, ...(await tableOptions(run, text, options)) },
    }),
  };
  return { change, operation: 'ALTER', plans: [] };
}

function alterActions(checked: TreeNode): readonly TreeNode[] {
  const actions: TreeNode[] = [];
  findAll(checked, 'resolvedAlterTableStmtNode', (node) => {
    actions.push(...children(child(node, 'parent'), 'alterActionList'));
  });
  return actions;
}

function addable(field: Field): Field {
  if (field.mode === 'REQUIRED')
    throw new BigQueryError(
      'invalidQuery',
      `Cannot add required fields to an existing schema. (field: ${field.name})`,
      'query',
    );
  return field;
}
