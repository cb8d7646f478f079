import type { Field, Row, TableSnapshot } from '../../model';
import { planQuery } from '../analyse/plan-query';
import type { QueryPlan } from '../analyse/query-plan';
import { child, isNode, pathSegments, spanOf, stringAt, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { evaluateUnlessDry } from '../evaluate/check-evaluable';
import type { RowSource } from '../evaluate/encode-request';
import { evaluate } from '../evaluate/evaluate';
import { bytesAt, derived, quotedPath } from '../parse/sql-text';
import { type LocalTable, rowColumn } from '../scope';
import { conditionText, targetAlias } from './change-table';
import { type MergeClause, rowValues } from './merge-clauses';

const sourceTable = '__merge_source';
const targetRows = '__merge_target';

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

/** Reads the source and pairs its rows with the target's. */
export async function mergeInput(run: StatementRun, current: TableSnapshot): Promise<MergeInput> {
  const { context, scope, dry } = run;
  const sourcePlan = await planSource(run);
  const rows = await evaluateUnlessDry(context, sourcePlan, scope, dry);
  const { table, columns } = sourceOf(sourcePlan);
  const target: LocalTable = { name: targetRows, schema: current.schema, stored: current.reference };
  const sql = [
    `SELECT ${sourceAlias(run)}.${rowColumn}, ${targetAlias(run)}.${rowColumn}`,
    `FROM ${fromSource(run)} CROSS JOIN ${fromTarget(run)}`,
    `WHERE (${onCondition(run)}\n)`,
  ].join(' ');
  const text = derived(run.script, sql, run.statement.span.start);
  const pairPlan = await planQuery(context, { text, scope, locals: [table, target] });
  const locals = new Map<string, RowSource>([
    [sourceTable, { rows }],
    [targetRows, { rows: current.rows }],
  ]);
  const pairs = await evaluateUnlessDry(context, pairPlan, scope, dry, locals);
  return {
    current,
    source: { table, rows, columns },
    target,
    matchedSource: new Set(pairs.map(([place]) => Number(place))),
    matchedTarget: new Set(pairs.map(([, place]) => Number(place))),
    plans: [sourcePlan, pairPlan],
  };
}

function sourceNode({ statement }: StatementRun): TreeNode {
  return unwrap(statement.node.tableExpression)?.node ?? {};
}

function onCondition(run: StatementRun): string {
  return conditionText(run, run.statement.node.mergeCondition);
}

/** An UNNEST with a name is read as values, so that its name goes on meaning the whole element. */
function isValueSource(run: StatementRun): boolean {
  const node = sourceNode(run);
  return isNode(node.unnestExpr) && isNode(node.alias) && !isNode(node.withOffset);
}

function planSource(run: StatementRun): Promise<QueryPlan> {
  const { context, scope, script, statement } = run;
  const place = spanOf(sourceNode(run)) ?? statement.span;
  const list = isValueSource(run) ? `AS VALUE ${sourceAlias(run)}` : '*';
  const sql = `SELECT ${list} FROM ${bytesAt(script, place)}`;
  return planQuery(context, { text: derived(script, sql, place.start), scope });
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

function sourceAlias(run: StatementRun): string {
  const node = sourceNode(run);
  const alias =
    stringAt(child(node, 'alias', 'identifier'), 'idString') ?? pathSegments(node.pathExpr).at(-1);
  return quotedPath([alias ?? sourceTable]);
}

function fromSource(run: StatementRun): string {
  return `${sourceTable} AS ${sourceAlias(run)}`;
}

function fromTarget(run: StatementRun): string {
  return `${targetRows} AS ${targetAlias(run)}`;
}

export interface ClauseRow {
  /** Places of the rows; -1 where the clause has none. */
  readonly source: number;
  readonly target: number;
  readonly values: Row;
}

/**
 * Evaluates one WHEN clause on the rows that match its kind and that no earlier clause of that kind takes.
 */
export async function runClause(
  run: StatementRun,
  input: MergeInput,
  clause: MergeClause,
  earlier: readonly MergeClause[],
): Promise<readonly ClauseRow[]> {
  const { context, scope } = run;
  const withSource = clause.match !== 'NOT_MATCHED_BY_SOURCE';
  const withTarget = clause.match !== 'NOT_MATCHED_BY_TARGET';
  const values = clause.values ?? rowValues(clause, sourceAlias(run), input.source.columns);
  const conditions = [
    ...(withSource && withTarget ? [onCondition(run)] : []),
    ...earlier.map(({ condition }) => `NOT COALESCE((${condition}\n), FALSE)`),
    clause.condition,
  ];
  const sql = [
    'SELECT',
    [
      withSource ? `${sourceAlias(run)}.${rowColumn}` : '-1',
      withTarget ? `${targetAlias(run)}.${rowColumn}` : '-1',
      ...values,
    ].join(', '),
    'FROM',
    [...(withSource ? [fromSource(run)] : []), ...(withTarget ? [fromTarget(run)] : [])].join(' CROSS JOIN '),
    `WHERE ${conditions.map((condition) => `(${condition}\n)`).join(' AND ')}`,
  ].join(' ');
  const text = derived(run.script, sql, run.statement.span.start);
  const plan = await planQuery(context, { text, scope, locals: [input.source.table, input.target] });
  const matched = clause.match === 'MATCHED';
  const locals = new Map<string, RowSource>([
    [sourceTable, chosen(input.source.rows, input.matchedSource, matched)],
    [targetRows, chosen(input.current.rows, input.matchedTarget, matched)],
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
