import { findOffboardedTenant } from '../../../../shared/sql/control/find-offboarded-tenant';
import { findOperationEnd } from '../../../../shared/sql/control/find-operation-end';
import { listAllPipelineStatistics } from '../../../../shared/sql/control/list-all-pipeline-statistics';
import { listAllRuns } from '../../../../shared/sql/control/list-all-runs';
import { listAllRunsHours } from '../../../../shared/sql/control/list-all-runs-hours';
import { listAllRunsOfHour } from '../../../../shared/sql/control/list-all-runs-of-hour';
import { listAuditLog } from '../../../../shared/sql/control/list-audit-log';
import { listOperations } from '../../../../shared/sql/control/list-operations';
import { listStalledOperations } from '../../../../shared/sql/control/list-stalled-operations';
import { readAllUsage } from '../../../../shared/sql/control/read-all-usage';
import { readOperationRows } from '../../../../shared/sql/control/read-operation-rows';
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
  statementCase(
    listAllRuns,
    'QUALIFY goes with a WHERE and without GROUP BY, in a subquery whose rows are filtered again.',
    ({ from, to }) => ({
      from,
      to,
      tenant_id: null,
      pipeline: null,
      status: 'FAILED',
      error_code: null,
      before_at: null,
      before_id: null,
      limit: 10,
    }),
  ),
  statementCase(
    listAllPipelineStatistics,
    'TRUE is a condition; GROUP BY reads a subquery with QUALIFY.',
    ({ from, to }) => ({ from, to }),
  ),
  statementCase(
    readAllUsage,
    'GROUPING SETS group the rows of a JOIN with a page of their keys, each with its row of all.',
    ({ from, to }) => ({ from, to, by_day: true, by_status: false, after_tenant: null, limit: 10 }),
  ),
  statementCase(
    listOperations,
    'Aliases of SELECT are what HAVING means; ARRAY_AGG without a value is NULL, and ARRAY_CONCAT takes an empty array for it.',
    () => ({
      operation_id: null,
      tenant_id: null,
      kind: null,
      state: null,
      until_at: null,
      until_id: null,
      most: 10,
    }),
  ),
  statementCase(readOperationRows, 'A repeated record is read whole.', ({ from }) => ({
    operation_id: 'nothing',
    from,
  })),
  statementCase(findOperationEnd, 'LOGICAL_OR over no rows is NULL.', ({ from }) => ({
    operation_id: 'nothing',
    from,
  })),
  statementCase(
    listStalledOperations,
    'A filter of the partitioning column by a parameter leaves out the other days.',
    ({ from, now }) => ({ since: from, moved_before: now }),
  ),
  statementCase(findOffboardedTenant, 'CASE may order rows.', ({ tenantId }) => ({ tenant_id: tenantId })),
  statementCase(listAllRunsHours, 'DISTINCT takes equal rows as one.', ({ tenantId }) => ({
    tenant_id: tenantId,
  })),
  statementCase(listAllRunsOfHour, 'An hour is a part of a partition.', ({ tenantId, from, to }) => ({
    tenant_id: tenantId,
    from,
    to,
  })),
];
