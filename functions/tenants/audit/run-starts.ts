import type { z } from 'zod';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { listAuditLog } from '../../../shared/sql/control/list-audit-log';
import type { StatementParameters } from '../../../shared/sql/define-statement';
import { listRunStarts } from '../../../shared/sql/runs/list-run-starts';

export type AuditRow = z.infer<(typeof listAuditLog)['row']>;

/**
 * A run's start is written by its admission itself, into the tenant's own tables, and costs no second write. So it
 * is read from there: who started which run, as entries of the audit log. One statement. Throws BigQuery's error.
 */
export async function readRunStarts(
  tenantId: string,
  { from, to, actor, until_at, until_id, most }: StatementParameters<typeof listAuditLog>,
  runStatement: RunStatement,
): Promise<readonly AuditRow[]> {
  const parameters = { tenant_id: tenantId, from, to, actor, until_at, until_id, most };
  const { rows } = await runStatement(tenantId, listRunStarts, parameters);
  return rows.map(({ run_id, pipeline, trigger, admitted_at, ...startedBy }) => ({
    ...startedBy,
    audit_id: run_id,
    occurred_at: admitted_at,
    operation: 'startRun',
    tenant_id: tenantId,
    target: run_id,
    before: null,
    after: JSON.stringify({ pipeline, trigger }),
  }));
}
