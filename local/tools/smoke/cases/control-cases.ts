import { listAuditLog } from '../../../../shared/sql/control/list-audit-log';
import { statementCase } from './statement-case';

/** What is asked of the control dataset. */
export const controlCases = [
  statementCase(
    listAuditLog,
    'A NULL parameter lets all rows pass; a table without rows answers with none.',
    ({ from, to }) => ({
      from,
      to,
      tenant_id: null,
      action: null,
      actor: null,
      until_at: null,
      until_id: null,
      most: 10,
    }),
  ),
];
