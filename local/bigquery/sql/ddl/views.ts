import type { Cell, Field, StatementResult, TableOptions, TableReference } from '../../model';
import type { TableKind } from '../../store/schema/table-kinds';
import { planQuery } from '../analyse/plan-query';
import { referencedTables } from '../analyse/query-plan';
import { missingTable } from '../analyse/reachable-tables';
import { child, children, flag, pathSegments, spanOf, stringAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { checkEvaluable } from '../evaluate/check-evaluable';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import { derived, fromBytes, quotedPath, slice } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';
import { alreadyExistsInDdl, changeAnyTable } from './change-any-table';
import { givenOptions, parsedTableOptions } from './options-list';
import { refuseOtherKind } from './other-kinds';

/** CREATE VIEW: keeps the text of its query, which takes its place wherever the view is read. */
export const runCreateView = (run: StatementRun): Promise<StatementResult> => createView(run, 'VIEW');

/** CREATE MATERIALIZED VIEW: a view; nothing is kept but its query. */
export const runCreateMaterializedView = (run: StatementRun): Promise<StatementResult> =>
  createView(run, 'MATERIALIZED_VIEW');

async function createView(run: StatementRun, kind: 'VIEW' | 'MATERIALIZED_VIEW'): Promise<StatementResult> {
  const { context, scope, script, statement } = run;
  const base = child(statement.node, 'parent');
  const header = child(base, 'parent');
  const place = spanOf(child(base, 'query'));
  if (place === undefined || stringAt(header, 'scope') === 'TEMPORARY')
    throw notImplemented('CREATE TEMP VIEW');
  const target = viewNamed(scope, pathSegments(child(base, 'name')));
  const written = slice(script, place);
  // A view's query has no default dataset: https://cloud.google.com/bigquery/docs/views#view_limitations
  const inside = { ...scope, defaultDataset: undefined };
  const plan = await planQuery(context, { text: written, scope: inside });
  await checkEvaluable(context, plan, scope);
  const { text, schema } = await named(run, plan.output, written, child(base, 'columnWithOptionsList'));
  const options = { ...(await viewOptions(run, kind, base)), ...definition(kind, fromBytes(text.bytes)) };
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current !== undefined && flag(header, 'isIfNotExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && !flag(header, 'isOrReplace')) throw alreadyExistsInDdl(target);
    const operation = current === undefined ? 'CREATE' : 'REPLACE';
    return { change: { kind: 'create', schema, rows: [], options: merged(options) }, operation, plans: [] };
  });
  return {
    statementType: `CREATE_${kind}`,
    ddlTargetTable: target,
    ddlOperationPerformed: operation,
    referencedTables: referencedTables([plan]),
    bytesProcessed: 0,
  };
}

const definition = (kind: 'VIEW' | 'MATERIALIZED_VIEW', query: string): TableOptions =>
  kind === 'VIEW' ? { view: { query, useLegacySql: false } } : { materializedView: { query } };

/** The query with the names of a list of columns. */
async function named(
  run: StatementRun,
  output: readonly Field[],
  written: ReturnType<typeof slice>,
  list: TreeNode | undefined,
) {
  const own = output.map((field, index) => ({ ...field, name: field.name || `f${index}_` }));
  if (list === undefined) return { text: written, schema: own };
  const columns = children(list, 'columnWithOptions');
  if (columns.length !== output.length)
    throw invalidQuery(
      `View column list has ${columns.length} columns, but the query has ${output.length}`,
      run.script,
      run.statement.span.start,
    );
  if (output.some(({ name }) => name === ''))
    throw notImplemented('CREATE VIEW (columns) of columns without names');
  const schema: Field[] = [];
  for (const [index, column] of columns.entries()) {
    const name = stringAt(child(column, 'name'), 'idString') ?? '';
    const description = (await givenOptions(run, child(column, 'optionsList'))).get('description');
    schema.push({
      ...(own[index] ?? { type: 'STRING', mode: 'NULLABLE' }),
      name,
      ...(typeof description === 'string' && { description }),
    });
  }
  const selected = own.map(
    ({ name }, index) => `${quotedPath([name])} AS ${quotedPath([schema[index]?.name ?? ''])}`,
  );
  const text = derived(written, `SELECT ${selected.join(', ')} FROM (${written.bytes}\n)`);
  return { text, schema };
}

/** What OPTIONS of a materialised view may say of its refreshing, which changes nothing here. */
const refreshing = [
  'enable_refresh',
  'refresh_interval_minutes',
  'max_staleness',
  'allow_non_incremental_definition',
];

async function viewOptions(
  run: StatementRun,
  kind: TableKind,
  base: TreeNode | undefined,
): Promise<TableOptions & Refreshing> {
  const known = kind === 'MATERIALIZED_VIEW' ? refreshing : [];
  const { options, others } = await parsedTableOptions(run, child(base, 'optionsList'), known);
  return { ...options, ...refreshingOf(others) };
}

interface Refreshing {
  readonly enableRefresh?: boolean;
  readonly refreshIntervalMs?: string;
}

function refreshingOf(given: ReadonlyMap<string, Cell>): Refreshing {
  const [enable, minutes] = [given.get('enable_refresh'), given.get('refresh_interval_minutes')];
  return {
    ...(typeof enable === 'string' && { enableRefresh: enable === 'true' }),
    ...(typeof minutes === 'string' && { refreshIntervalMs: String(Math.round(Number(minutes) * 60_000)) }),
  };
}

/** A materialised view's refreshing stands with its query. */
function merged({ enableRefresh, refreshIntervalMs, ...options }: TableOptions & Refreshing): TableOptions {
  const { materializedView } = options;
  if (materializedView === undefined) return options;
  const refreshing = {
    ...(enableRefresh !== undefined && { enableRefresh }),
    ...(refreshIntervalMs !== undefined && { refreshIntervalMs }),
  };
  return { ...options, materializedView: { ...materializedView, ...refreshing } };
}

/** ALTER VIEW and ALTER MATERIALIZED VIEW … SET OPTIONS. */
export async function runAlterView(run: StatementRun): Promise<StatementResult> {
  const { scope, statement } = run;
  const kind = statement.kind === 'astAlterViewStatementNode' ? 'VIEW' : 'MATERIALIZED_VIEW';
  const base = child(statement.node, 'parent');
  const path = pathSegments(child(base, 'path'));
  const target = viewNamed(scope, path);
  const actions = children(child(base, 'actionList'), 'actions');
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current === undefined && flag(base, 'isIfExists'))
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current === undefined) throw missingTable(scope, path);
    refuseOtherKind(target, current, [kind]);
    let options: TableOptions & Refreshing = { ...current.options };
    for (const action of actions) {
      const given = child(action, 'astSetOptionsActionNode');
      if (given === undefined) throw notImplemented(`ALTER ${kind.replace('_', ' ')} other than SET OPTIONS`);
      options = { ...options, ...(await viewOptions(run, kind, given)) };
    }
    const change = { kind: 'alter', schema: current.schema, options: merged(options) } as const;
    return { change, operation: 'ALTER', plans: [] };
  });
  return definitionResult(`ALTER_${kind}`, target, operation);
}

const droppedKinds = {
  astDropStatementNode: 'VIEW',
  astDropMaterializedViewStatementNode: 'MATERIALIZED_VIEW',
  astDropSnapshotTableStatementNode: 'SNAPSHOT',
} as const;

/** DROP VIEW, DROP MATERIALIZED VIEW and DROP SNAPSHOT TABLE. */
export async function runDropView(run: StatementRun): Promise<StatementResult> {
  const { scope, statement } = run;
  const path = pathSegments(child(statement.node, 'name'));
  const target = viewNamed(scope, path);
  const kind = Object.entries(droppedKinds).find(([name]) => name === statement.kind)?.[1] ?? 'VIEW';
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current !== undefined) {
      refuseOtherKind(target, current, [kind]);
      return { change: { kind: 'drop' }, operation: 'DROP', plans: [] };
    }
    if (!flag(statement.node, 'isIfExists')) throw missingTable(scope, path);
    return { change: undefined, operation: 'SKIP', plans: [] };
  });
  return definitionResult(kind === 'SNAPSHOT' ? 'DROP_SNAPSHOT_TABLE' : `DROP_${kind}`, target, operation);
}

const definitionResult = (
  statementType: StatementResult['statementType'],
  ddlTargetTable: TableReference,
  ddlOperationPerformed: NonNullable<StatementResult['ddlOperationPerformed']>,
): StatementResult => ({
  statementType,
  ddlTargetTable,
  ddlOperationPerformed,
  referencedTables: [],
  bytesProcessed: 0,
});

function viewNamed(scope: Scope, path: readonly string[]): TableReference {
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}
