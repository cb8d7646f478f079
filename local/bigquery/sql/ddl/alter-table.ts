import { BigQueryError } from '../../bigquery-error';
import type { Field, StatementResult, TableChange, TableSnapshot } from '../../model';
import { analysedStatement } from '../analyse/analyse-statement';
import { missingTable } from '../analyse/reachable-tables';
import { child, children, findAll, isNode, pathSegments, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { slice } from '../parse/sql-text';
import { resolvePath } from '../scope';
import { changeAnyTable, ddlResult, type TableDefinitionChange } from './change-any-table';
import { fieldOfDefinition } from './column-definition';
import { tableOptions } from './options-list';

/** ALTER TABLE ADD COLUMN and SET OPTIONS. */
export async function runAlterTable(run: StatementRun): Promise<StatementResult> {
  const { scope } = run;
  const parsed = pathSegments(child(run.statement.node, 'parent', 'path'));
  const target = resolvePath(scope, parsed);
  if (target === undefined) throw missingTable(scope, parsed);
  const { operation } = await changeAnyTable(run, target, async (current, inside) => {
    if (current === undefined) throw missingTable(scope, parsed);
    return altered(inside, current);
  });
  return ddlResult('ALTER_TABLE', target, operation);
}

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
      throw notImplemented('This kind of ALTER TABLE');
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
    ...(options.length > 0 && { options: await tableOptions(run, text, options) }),
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
