import { BigQueryError } from '../../bigquery-error';
import type { Field, StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { analysedStatement } from '../analyse/analyse-statement';
import { missingTable } from '../analyse/reachable-tables';
import {
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  stringAt,
  stringsAt,
  type TreeNode,
} from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { slice } from '../parse/sql-text';
import { resolvePath } from '../scope';
import {
  changeAnyTable,
  type DdlOperation,
  namedTable,
  onlyNode,
  type TableDefinitionChange,
} from './change-any-table';
import { fieldOfDefinition } from './column-definition';
import { tableOptions } from './options-list';
/** DROP TABLE. */
export async function runDropTable(run: StatementRun): Promise<StatementResult> {
  const { scope } = run;
  const checked = await analysedStatement(run);
  const drop = onlyNode(checked, ['resolvedDropStmtNode']);
  if (stringAt(drop, 'objectType') !== 'TABLE') throw notImplemented(`DROP ${stringAt(drop, 'objectType')}`);
  const target = namedTable(scope, drop);
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current === undefined && drop.isIfExists !== true)
      throw missingTable(scope, stringsAt(drop, 'namePath'));
    const dropped = current !== undefined;
    return {
      change: dropped ? { kind: 'drop' } : undefined,
      operation: dropped ? 'DROP' : 'SKIP',
      plans: [],
    };
  });
  return ddlResult('DROP_TABLE', target, operation);
}

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

function ddlResult(
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
