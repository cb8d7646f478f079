import type { StatementResult } from '../../model';
import { analysedStatement } from '../analyse/analyse-statement';
import { missingTable } from '../analyse/reachable-tables';
import { stringAt, stringsAt } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { notImplemented } from '../parse/query-errors';
import { runDropRoutine } from '../routines/define-routines';
import { changeAnyTable, ddlResult, namedTable, onlyNode } from './change-any-table';
import { refuseOtherKind } from './other-kinds';
import { runDropSchema } from './schemas';
import { runDropView } from './views';

/** DROP TABLE. */
export async function runDropTable(run: StatementRun): Promise<StatementResult> {
  const { scope } = run;
  if (run.statement.node.schemaObjectKind === 'kSchema') return runDropSchema(run);
  if (run.statement.node.schemaObjectKind === 'kView') return runDropView(run);
  if (run.statement.node.schemaObjectKind === 'kProcedure') return runDropRoutine(run);
  const checked = await analysedStatement(run);
  const drop = onlyNode(checked, ['resolvedDropStmtNode']);
  if (stringAt(drop, 'objectType') !== 'TABLE') throw notImplemented(`DROP ${stringAt(drop, 'objectType')}`);
  const target = namedTable(scope, drop);
  const { operation } = await changeAnyTable(run, target, async (current) => {
    if (current === undefined && drop.isIfExists !== true)
      throw missingTable(scope, stringsAt(drop, 'namePath'));
    if (current !== undefined) refuseOtherKind(target, current, ['TABLE']);
    const dropped = current !== undefined;
    return {
      change: dropped ? { kind: 'drop' } : undefined,
      operation: dropped ? 'DROP' : 'SKIP',
      plans: [],
    };
  });
  return ddlResult('DROP_TABLE', target, operation);
}
