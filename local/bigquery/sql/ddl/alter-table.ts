import { BigQueryError } from '../../bigquery-error';
import type { Field, StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { widenRow } from '../../store/schema/schema-change';
import { analysedStatement } from '../analyse/analyse-statement';
import { missingTable } from '../analyse/reachable-tables';
import {
  child,
  children,
  findAll,
  flag,
  pathSegments,
  spanOf,
  stringAt,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { statementsOf } from '../parse/parser';
import { notImplemented } from '../parse/query-errors';
import { bytesAt, derived, slice } from '../parse/sql-text';
import { resolvePath, withCurrent } from '../scope';
import { alteredColumns, newTableName } from './alter-columns';
import {
  alreadyExistsInDdl,
  changeAnyTable,
  ddlResult,
  type TableDefinitionChange,
} from './change-any-table';
import { fieldOfDefinition } from './column-definition';
import { tableOptions } from './options-list';
import { refuseOtherKind } from './other-kinds';
import { alteredConstraints } from './table-constraints';

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
    refuseOtherKind(target, current, ['TABLE']);
    return actions.length === 1
      ? afterActions(inside, current, actions)
      : eachAction(inside, target, current, actions);
  });
  return ddlResult('ALTER_TABLE', target, operation);
}

/** All actions are of one kind, or there is only one. */
async function afterActions(
  run: StatementRun,
  current: TableSnapshot,
  actions: readonly TreeNode[],
): Promise<TableDefinitionChange> {
  const [action] = actions.flatMap((each) => unwrap(each) ?? []);
  const { tableConstraints = {}, ...options } = current.options ?? {};
  const constraints = action && alteredConstraints(run.scope, action, tableConstraints, current.schema);
  if (constraints !== undefined) {
    const next = { ...options, tableConstraints: constraints };
    return {
      change: { kind: 'alter', schema: current.schema, options: next },
      operation: 'ALTER',
      plans: [],
    };
  }
  if (action?.kind === 'astSetCollateClauseNode') {
    const collation = unwrap(child(action.node, 'collate')?.collationName)?.node;
    if (stringAt(collation, 'stringValue') !== '') throw notImplemented('DEFAULT COLLATE');
    return { change: undefined, operation: 'ALTER', plans: [] };
  }
  if (action?.kind === 'astAddColumnActionNode' || action?.kind === 'astSetOptionsActionNode')
    return altered(run, current);
  return { change: await alteredColumns(run, current, actions), operation: 'ALTER', plans: [] };
}

/** One after the other, each as a statement of its own; all of them are one change. */
async function eachAction(
  run: StatementRun,
  target: TableReference,
  before: TableSnapshot,
  actions: readonly TreeNode[],
): Promise<TableDefinitionChange> {
  const { context, script, statement } = run;
  const header = bytesAt(script, spanOf(child(statement.node, 'parent', 'path')) ?? statement.span);
  let current = before;
  for (const action of actions) {
    const place = spanOf(unwrap(action)?.node) ?? statement.span;
    const text = derived(script, `ALTER TABLE ${header} ${bytesAt(script, place)}`, place.start);
    const [alone] = statementsOf(child(await context.parser.tree(text), 'statementListNode'));
    if (alone === undefined) continue;
    const inside = { ...run, script: text, statement: alone, scope: withCurrent(run.scope, target, current) };
    const own = children(child(alone.node, 'parent', 'actionList'), 'actions');
    const { change } = await afterActions(inside, current, own);
    if (change?.kind !== 'alter') continue;
    const rows = change.rows ?? current.rows.map((row) => widenRow(row, current.schema, change.schema));
    const options = change.options ?? current.options;
    current = { ...current, schema: change.schema, rows, ...(options && { options }) };
  }
  if (current === before) return { change: undefined, operation: 'SKIP', plans: [] };
  const { schema, rows, options } = current;
  return {
    change: { kind: 'alter', schema, rows, ...(options && { options }) },
    operation: 'ALTER',
    plans: [],
  };
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
