import { countDeadLetters } from '../../../../shared/sql/overview/count-dead-letters';
import { countEndedRuns } from '../../../../shared/sql/overview/count-ended-runs';
import { countRefusals } from '../../../../shared/sql/overview/count-refusals';
import { listReconciliations } from '../../../../shared/sql/overview/list-reconciliations';
import { statementCase } from './statement-case';

/** What the overview of operators asks of the control dataset. */
export const overviewCases = [
  statementCase(
    countEndedRuns,
    'GROUPING SETS go with COUNT(DISTINCT), and with ARRAY_AGG that orders, limits and ignores NULLs.',
    ({ from, to }) => ({ from, to, ended_from: from }),
  ),
  statementCase(countRefusals, 'ORDER BY takes the alias of a sum.', ({ from }) => ({ from })),
  statementCase(listReconciliations, 'QUALIFY goes with a condition on the row itself.', ({ from }) => ({
    from,
  })),
  statementCase(countDeadLetters, 'Aggregates over no rows are one row.', ({ from }) => ({ from })),
];
