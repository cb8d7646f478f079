import type { Field, Row, TableSnapshot } from '../../model';
import { planQuery, type QueryPlan } from '../analyse/plan-query';
import { child, isNode, type Node, span, text, unwrap } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { evaluate, type RowSource } from '../evaluate/evaluate';
import { pathOf } from '../parse/parser';
import { derived, quotedPath, toBytes } from '../parse/sql-text';
import { type LocalTable, rowColumn, type Scope } from '../scope';
import { type ChangingStatement, textOf } from './change-table';
import { type MergeClause, rowValues } from './merge-clauses';
import { targetAlias } from './update';

const sourceTable = '__merge_source';
const targetTable = '__merge_target';

/** The rows that a MERGE works on, and which of them belong together. */
export interface MergeInput {
  readonly current: TableSnapshot;
  readonly source: {
    readonly table: LocalTable;
    readonly rows: readonly Row[];
    readonly columns: readonly string[];
  };
  readonly target: LocalTable;
  readonly matchedSource: ReadonlySet<number>;
  readonly matchedTarget: ReadonlySet<number>;
  readonly plans: readonly QueryPlan[];
}

export interface MergeTables {
  readonly context: EngineContext;
  readonly scope: Scope;
  readonly changing: ChangingStatement;
  readonly input: MergeInput;
}

/** Reads the source and pairs its rows with the target's. */
export async function mergeInput(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  current: TableSnapshot,
  dry: boolean,
): Promise<MergeInput> {
  const sourcePlan = await planSource(context, scope, changing);
  const rows = dry ? [] : await evaluate(context, sourcePlan, scope);
  const { table, columns } = sourceOf(sourcePlan);
  const target: LocalTable = { name: targetTable, schema: current.schema, stored: current.reference };
  const on = span(unwrap(changing.statement.node.mergeCondition)?.node);
  const sql = [
    `SELECT ${sourceAlias(changing)}.${rowColumn}, ${quotedAlias(changing)}.${rowColumn}`,
    `FROM ${fromSource(changing)} CROSS JOIN ${fromTarget(changing)}`,
    `WHERE (${on === undefined ? 'TRUE' : textOf(changing, on)}\n)`,
  ].join(' ');
  const text = derived(changing.script, sql, changing.statement.span.start);
  const pairPlan = await planQuery(context, { text, scope, locals: [table, target] });
  const locals = new Map<string, RowSource>([
    [sourceTable, { rows }],
    [targetTable, { rows: current.rows }],
  ]);
  const pairs = dry ? [] : await evaluate(context, pairPlan, scope, locals);
  return {
    current,
    source: { table, rows, columns },
    target,
    matchedSource: new Set(pairs.map(([place]) => Number(place))),
    matchedTarget: new Set(pairs.map(([, place]) => Number(place))),
    plans: [sourcePlan, pairPlan],
  };
}

function sourceNode(changing: ChangingStatement): Node {
  return unwrap(changing.statement.node.tableExpression)?.node ?? {};
}

/** An UNNEST with a name is read as values, so that its name goes on meaning the whole element. */
function isValueSource(changing: ChangingStatement): boolean {
  const node = sourceNode(changing);
  return isNode(node.unnestExpr) && isNode(node.alias) && !isNode(node.withOffset);
}

function planSource(context: EngineContext, scope: Scope, changing: ChangingStatement): Promise<QueryPlan> {
  const place = span(sourceNode(changing)) ?? changing.statement.span;
  const list = isValueSource(changing) ? `AS VALUE ${sourceAlias(changing)}` : '*';
  const sql = `SELECT ${list} FROM ${textOf(changing, place)}`;
  return planQuery(context, { text: derived(changing.script, sql, place.start), scope });
}

function sourceOf(plan: QueryPlan): { readonly table: LocalTable; readonly columns: readonly string[] } {
  const schema: readonly Field[] = plan.output.map((field, index) => ({
    ...field,
    name: field.name || `__c${index}`,
  }));
  const [only] = schema;
  const columns = plan.valueTable ? (only?.fields ?? []) : schema;
  return {
    table: { name: sourceTable, schema, valueTable: plan.valueTable },
    columns: columns.map(({ name }) => name),
  };
}

function sourceAlias(changing: ChangingStatement): string {
  const node = sourceNode(changing);
  const alias = text(child(node, 'alias', 'identifier'), 'idString') ?? pathOf(node.pathExpr).at(-1);
  return toBytes(quotedPath([alias ?? sourceTable]));
}

function quotedAlias(changing: ChangingStatement): string {
  return toBytes(quotedPath([targetAlias(changing)]));
}

function fromSource(changing: ChangingStatement): string {
  return `${sourceTable} AS ${sourceAlias(changing)}`;
}

function fromTarget(changing: ChangingStatement): string {
  return `${targetTable} AS ${quotedAlias(changing)}`;
}

export interface ClauseRow {
  /** Places of the rows; -1 where the clause has none. */
  readonly source: number;
  readonly target: number;
  readonly values: Row;
}

/** Evaluates one WHEN clause on the rows that match its kind and that no earlier clause of that kind takes. */
export async function runClause(
  { context, scope, changing, input }: MergeTables,
  clause: MergeClause,
  earlier: readonly MergeClause[],
): Promise<readonly ClauseRow[]> {
  const withSource = clause.match !== 'NOT_MATCHED_BY_SOURCE';
  const withTarget = clause.match !== 'NOT_MATCHED_BY_TARGET';
  const values = clause.values ?? rowValues(clause, sourceAlias(changing), input.source.columns);
  const on = span(unwrap(changing.statement.node.mergeCondition)?.node);
  const conditions = [
    ...(withSource && withTarget && on !== undefined ? [textOf(changing, on)] : []),
    ...earlier.map(({ condition }) => `NOT COALESCE((${condition}\n), FALSE)`),
    clause.condition,
  ];
  const sql = [
    'SELECT',
    [
      withSource ? `${sourceAlias(changing)}.${rowColumn}` : '-1',
      withTarget ? `${quotedAlias(changing)}.${rowColumn}` : '-1',
      ...values,
    ].join(', '),
    'FROM',
    [...(withSource ? [fromSource(changing)] : []), ...(withTarget ? [fromTarget(changing)] : [])].join(
      ' CROSS JOIN ',
    ),
    `WHERE ${conditions.map((condition) => `(${condition}\n)`).join(' AND ')}`,
  ].join(' ');
  const text = derived(changing.script, sql, changing.statement.span.start);
  const plan = await planQuery(context, { text, scope, locals: [input.source.table, input.target] });
  const matched = clause.match === 'MATCHED';
  const locals = new Map<string, RowSource>([
    [sourceTable, chosen(input.source.rows, input.matchedSource, matched)],
    [targetTable, chosen(input.current.rows, input.matchedTarget, matched)],
  ]);
  const rows = await evaluate(context, plan, scope, locals);
  return rows.map(([source, target, ...rest]) => ({
    source: Number(source),
    target: Number(target),
    values: rest,
  }));
}

function chosen(rows: readonly Row[], matched: ReadonlySet<number>, wanted: boolean): RowSource {
  const places = rows.flatMap((_, place) => (matched.has(place) === wanted ? [place] : []));
  return { rows: places.map((place) => rows[place] ?? []), places };
}
