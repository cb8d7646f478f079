import type { Cell, Row, StatementResult, TableSnapshot } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { child, spanOf, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { checkEvaluable } from '../evaluate/check-evaluable';
import { bytesAt, derived } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { assigner, assignmentsOf } from './assignments';
import { changeTable, conditionText, severalSources, targetAlias, targetTable } from './change-table';
import { evaluateAssigned } from './evaluate-assigned';

/**
 * UPDATE, as a query over the target (and, crossed with it, the FROM clause) that gives each matching row's
 * place and its new values.
 */
export function runUpdateStatement(statement: StatementRun): Promise<StatementResult> {
  return changeTable('UPDATE', statement, async (current, run) => {
    const { context, scope, dry } = run;
    const list = child(run.statement.node, 'updateItemList');
    const assignments = assignmentsOf(run, list, current.schema);
    const planned = (values: readonly string[]) => {
      const text = derived(run.script, matchingRows(run, values), run.statement.span.start);
      return planQuery(context, { text, scope, target: current.reference });
    };
    const plan = await planned(assignments.map(({ value }) => value));
    if (dry) await checkEvaluable(context, plan, scope);
    const found = dry
      ? []
      : await evaluateAssigned(context, scope, { plan, planned, assignments, rows: current.rows });
    const updated = updatedRows(found, assigner(current.schema, assignments), current, run);
    return {
      change: found.length > 0 ? { kind: 'replace', rows: updated } : undefined,
      counts: { updatedRowCount: found.length },
      plans: [plan],
      processesTarget: true,
    };
  });
}

/** The target comes last, so that the FROM clause keeps its own joins and sees no more names than it did. */
function matchingRows(run: StatementRun, values: readonly string[]): string {
  const { node } = run.statement;
  const from = spanOf(unwrap(child(node, 'fromClause', 'tableExpression'))?.node);
  const source = from === undefined ? '' : `${bytesAt(run.script, from)}\nCROSS JOIN `;
  const list = [`${targetAlias(run)}.${rowColumn}`, ...values].join(', ');
  return `SELECT ${list} FROM ${source}${targetTable(run)} WHERE (${conditionText(run, node.where)}\n)`;
}

function updatedRows(
  found: readonly Row[],
  assign: (row: Row, values: readonly Cell[]) => Row,
  current: TableSnapshot,
  run: StatementRun,
): readonly Row[] {
  const rows = [...current.rows];
  const seen = new Set<number>();
  for (const [place, ...values] of found) {
    const index = Number(place);
    if (seen.has(index)) throw severalSources(run);
    seen.add(index);
    const row = current.rows[index];
    if (row !== undefined) rows[index] = assign(row, values);
  }
  return rows;
}
