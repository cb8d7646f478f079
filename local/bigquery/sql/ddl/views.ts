import type { StatementResult, TableReference } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { referencedTables } from '../analyse/query-plan';
import { missingTable } from '../analyse/reachable-tables';
import { child, flag, isNode, pathSegments, spanOf, stringAt } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { checkEvaluable } from '../evaluate/check-evaluable';
import { notImplemented } from '../parse/query-errors';
import { fromBytes, slice } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';
import { alreadyExistsInDdl, changeAnyTable } from './change-any-table';

/** CREATE VIEW: keeps the text of its query, which takes its place wherever the view is read. */
export async function runCreateView(run: StatementRun): Promise<StatementResult> {
  const { context, scope, script, statement } = run;
  const base = child(statement.node, 'parent');
  const header = child(base, 'parent');
  const query = spanOf(child(base, 'query'));
  const isPlain = !isNode(base?.columnWithOptionsList) && !isNode(base?.optionsList);
  if (!isPlain || query === undefined || stringAt(header, 'scope') === 'TEMPORARY')
    throw notImplemented('CREATE VIEW with TEMP, OPTIONS or a list of columns');
  const target = viewNamed(scope, pathSegments(child(base, 'name')));
  const text = slice(script, query);
  // A view's query has no default dataset: https://cloud.google.com/bigquery/docs/views#view_limitations
  const plan = await planQuery(context, { text, scope: { ...scope, defaultDataset: undefined } });
  await checkEvaluable(context, plan, scope);
  const schema = plan.output.map((field, index) => ({ ...field, name: field.name || `f${index}_` }));
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current !== undefined && flag(header, 'isIfNotExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && !flag(header, 'isOrReplace')) throw alreadyExistsInDdl(target);
    const options = { view: { query: fromBytes(text.bytes), useLegacySql: false } };
    const operation = current === undefined ? 'CREATE' : 'REPLACE';
    return { change: { kind: 'create', schema, rows: [], options }, operation, plans: [] };
  });
  return {
    statementType: 'CREATE_VIEW',
    ddlTargetTable: target,
    ddlOperationPerformed: operation,
    referencedTables: referencedTables([plan]),
    bytesProcessed: 0,
  };
}

/** DROP VIEW. */
export async function runDropView(run: StatementRun): Promise<StatementResult> {
  const { scope, statement } = run;
  const path = pathSegments(child(statement.node, 'name'));
  const target = viewNamed(scope, path);
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current?.options?.view !== undefined)
      return { change: { kind: 'drop' }, operation: 'DROP', plans: [] };
    if (current !== undefined || !flag(statement.node, 'isIfExists')) throw missingTable(scope, path);
    return { change: undefined, operation: 'SKIP', plans: [] };
  });
  return {
    statementType: 'DROP_VIEW',
    ddlTargetTable: target,
    ddlOperationPerformed: operation,
    referencedTables: [],
    bytesProcessed: 0,
  };
}

function viewNamed(scope: Scope, path: readonly string[]): TableReference {
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}
