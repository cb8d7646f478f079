import { BigQueryError } from '../../errors';
import type {
  Field,
  Row,
  StatementResult,
  TableChange,
  TableOptions,
  TableReference,
  TableSnapshot,
} from '../../model';
import type { QueryPlan } from '../analyse/plan-query';
import { missingTable } from '../analyse/reachable-tables';
import { analyzed, type ChangingStatement, withCurrent } from '../dml/change-table';
import { rowFit } from '../dml/fit-cells';
import { child, children, findAll, isNode, type Node, span, text, texts } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { bytesProcessed } from '../evaluate/bytes-processed';
import { coercedRows } from '../evaluate/coerce';
import { datasetNotFound, notImplemented } from '../parse/query-errors';
import { slice } from '../parse/sql-text';
import { resolvePath, type Scope, tableKey } from '../scope';
import { referencedTables } from '../select';
import { fieldOfDefinition } from './column-definition';
import { partitioning, tableOptions } from './table-options';

type Operation = NonNullable<StatementResult['ddlOperationPerformed']>;

/** What a DDL statement wants done to its table. */
interface Outcome {
  readonly change: TableChange | undefined;
  readonly operation: Operation;
  readonly plans: readonly QueryPlan[];
}

/** CREATE TABLE, with or without a query. */
export async function runCreateTable(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const checked = await analyzed(context, scope, changing);
  const create = onlyNode(checked, ['resolvedCreateTableStmtNode', 'resolvedCreateTableAsSelectStmtNode']);
  const base = child(create, 'parent') ?? {};
  const header = child(base, 'parent') ?? {};
  refuseUnsupported(create, base, header);
  const target = referenceOf(scope, header);
  const mode = text(header, 'createMode') ?? 'CREATE_DEFAULT';
  const withQuery = isNode(create.query);
  const outcome = await changeAny(scope, target, dry, async (current, inside) => {
    if (current !== undefined && mode === 'CREATE_IF_NOT_EXISTS')
      return { change: undefined, operation: 'SKIP', plans: [] };
    if (current !== undefined && mode !== 'CREATE_OR_REPLACE') throw alreadyExists(target);
    const { change, plans } = await created(context, inside, changing, create, dry);
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

async function created(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  create: Node,
  dry: boolean,
): Promise<{ readonly change: TableChange; readonly plans: readonly QueryPlan[] }> {
  const base = child(create, 'parent') ?? {};
  const { script, statement } = changing;
  const sql = slice(script, statement.span.start, statement.span.end);
  const schema = children(base, 'columnDefinitionList').map(fieldOfDefinition);
  const parts = partitioning(create, sql);
  const given = await tableOptions(context, scope, sql, children(base, 'optionList'));
  const options: TableOptions = { ...parts, ...given, ...partitionOptions(parts, given) };
  const { rows, plans } = await queriedRows(context, scope, changing, schema, dry);
  return { change: { kind: 'create', schema, rows, options }, plans };
}

/** The partitions' kind comes from PARTITION BY, their expiration from OPTIONS. */
function partitionOptions(parts: TableOptions, given: TableOptions): TableOptions {
  if (parts.timePartitioning === undefined) return {};
  return { timePartitioning: { ...given.timePartitioning, ...parts.timePartitioning } };
}

async function queriedRows(
  context: EngineContext,
  scope: Scope,
  { script, statement }: ChangingStatement,
  schema: readonly Field[],
  dry: boolean,
): Promise<{ readonly rows: readonly Row[]; readonly plans: readonly QueryPlan[] }> {
  const place = span(child(statement.node, 'query'));
  if (place === undefined) return { rows: [], plans: [] };
  const query = slice(script, place.start, place.end);
  const { rows, plans } = await coercedRows(context, scope, query, schema, dry);
  return { rows: rows.map(rowFit(schema)), plans };
}

function refuseUnsupported(create: Node, base: Node, header: Node): void {
  if (text(header, 'createScope') === 'CREATE_TEMP') throw notImplemented('CREATE TEMP TABLE');
  if (text(child(base, 'likeTable'), 'name')) throw notImplemented('CREATE TABLE LIKE');
  if (isNode(create.copyFrom)) throw notImplemented('CREATE TABLE COPY');
  if (isNode(create.cloneFrom)) throw notImplemented('CREATE TABLE CLONE');
}

/** DROP TABLE. */
export async function runDropTable(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const checked = await analyzed(context, scope, changing);
  const drop = onlyNode(checked, ['resolvedDropStmtNode']);
  if (text(drop, 'objectType') !== 'TABLE') throw notImplemented(`DROP ${text(drop, 'objectType')}`);
  const target = referenceOf(scope, drop);
  const { operation } = await changeAny(scope, target, dry, async (current) => {
    if (current === undefined && drop.isIfExists !== true) throw missingTable(scope, texts(drop, 'namePath'));
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
export async function runAlterTable(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const path = child(changing.statement.node, 'parent', 'path');
  const parsed = children(path, 'names').flatMap((name) => text(name, 'idString') ?? []);
  const target = resolvePath(scope, parsed);
  if (target === undefined) throw missingTable(scope, parsed);
  const { operation } = await changeAny(scope, target, dry, async (current, inside) => {
    if (current === undefined) throw missingTable(scope, parsed);
    return altered(context, inside, changing, current);
  });
  return ddlResult('ALTER_TABLE', target, operation);
}

async function altered(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  current: TableSnapshot,
): Promise<Outcome> {
  const checked = await analyzed(context, scope, changing);
  const { script, statement } = changing;
  const sql = slice(script, statement.span.start, statement.span.end);
  const options: Node[] = [];
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
    ...(options.length > 0 && { options: await tableOptions(context, scope, sql, options) }),
  };
  return { change, operation: 'ALTER', plans: [] };
}

function alterActions(checked: Node): readonly Node[] {
  const actions: Node[] = [];
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
  ddlOperationPerformed: Operation,
): StatementResult {
  return {
    statementType,
    ddlTargetTable: target,
    ddlOperationPerformed,
    referencedTables: [],
    bytesProcessed: 0,
  };
}

/** Like `changeTable`, for statements to which the table may be missing. A dry run shows its change to later ones. */
async function changeAny(
  scope: Scope,
  target: TableReference,
  dry: boolean,
  decide: (current: TableSnapshot | undefined, inside: Scope) => Promise<Outcome>,
): Promise<Outcome> {
  const inside = (current: TableSnapshot | undefined) =>
    decide(current, current === undefined ? scope : withCurrent(scope, target, current));
  if (!dry) {
    return scope.store.mutate(target, async (current) => {
      const result = await inside(current);
      return { change: result.change, result };
    });
  }
  if (!scope.store.hasDataset(target)) throw datasetNotFound(target);
  const result = await inside(scope.read(target));
  const { change } = result;
  if (change?.kind === 'drop') scope.foreseen.set(tableKey(target), undefined);
  if (change?.kind === 'create' || change?.kind === 'alter')
    scope.foreseen.set(tableKey(target), { reference: target, schema: change.schema, rows: [] });
  return result;
}

function referenceOf(scope: Scope, node: Node): TableReference {
  const path = texts(node, 'namePath');
  const reference = resolvePath(scope, path);
  if (reference === undefined) throw missingTable(scope, path);
  return reference;
}

function alreadyExists({ projectId, datasetId, tableId }: TableReference): BigQueryError {
  return new BigQueryError('duplicate', `Already Exists: Table ${projectId}:${datasetId}.${tableId}`);
}

function onlyNode(tree: Node, kinds: readonly string[]): Node {
  for (const kind of kinds) {
    let found: Node | undefined;
    findAll(tree, kind, (node) => {
      found ??= node;
    });
    if (found !== undefined) return found;
  }
  throw notImplemented('This statement');
}
