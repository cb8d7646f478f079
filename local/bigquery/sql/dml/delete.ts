import type { StatementResult } from '../../model';
import { planQuery } from '../analyse/plan-query';
import type { StatementRun } from '../engine-context';
import { evaluateUnlessDry } from '../evaluate/check-evaluable';
import { derived } from '../parse/sql-text';
import { rowColumn } from '../scope';
import { changeTable, conditionText, targetAlias, targetTable } from './change-table';

/** DELETE, as a query that gives the places of the rows that go. */
export function runDeleteStatement(statement: StatementRun): Promise<StatementResult> {
  return changeTable('DELETE', statement, async (current, run) => {
    const { context, scope, dry } = run;
    const condition = conditionText(run, run.statement.node.where);
    const sql = `SELECT ${targetAlias(run)}.${rowColumn} FROM ${targetTable(run)} WHERE (${condition}\n)`;
    const text = derived(run.script, sql, run.statement.span.start);
    const plan = await planQuery(context, { text, scope, target: current.reference });
    const found = await evaluateUnlessDry(context, plan, scope, dry);
    const places = new Set(found.map(([place]) => Number(place)));
    const kept = current.rows.filter((_, index) => !places.has(index));
    return {
      change: places.size > 0 ? { kind: 'replace', rows: kept } : undefined,
      counts: { deletedRowCount: places.size },
      plans: [plan],
      processesTarget: true,
    };
  });
}

/** TRUNCATE TABLE. */
export function runTruncateStatement(statement: StatementRun): Promise<StatementResult> {
  return changeTable('TRUNCATE_TABLE', statement, async ({ rows }) => ({
    change: rows.length > 0 ? { kind: 'replace', rows: [] } : undefined,
    counts: { deletedRowCount: rows.length },
    plans: [],
    processesTarget: false,
  }));
}
