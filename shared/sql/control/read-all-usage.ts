import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { usageSumFields, usageSums } from '../usage/read-usage';
import { allRunsOnce } from './all-runs-once';

/**
 * What tenants have used by their runs that are over: in all, and by month or day (UTC) of admission and by pipeline
 * or status. From the control dataset, in the order of tenants: `limit` of them, behind `after_tenant`.
 */
export const readAllUsage = defineStatement({
  name: 'read-all-usage',
  sql: `
WITH
  runs AS (
    SELECT
      tenant_id, FORMAT_TIMESTAMP(IF(@by_day, '%Y-%m-%d', '%Y-%m'), admitted_at) AS period,
      IF(@by_status, status, pipeline) AS name, status,
      GREATEST(TIMESTAMP_DIFF(ended_at, IFNULL(handed_on_at, admitted_at), MILLISECOND), 0) AS slot_ms,
      GREATEST(duration_ms, 0) AS duration_ms, rows_written, bytes_processed, bytes_billed
    FROM (${allRunsOnce('(@after_tenant IS NULL OR tenant_id > @after_tenant)')}
    )
  ),
  page AS (SELECT DISTINCT tenant_id FROM runs ORDER BY tenant_id LIMIT @limit)
SELECT
  tenant_id,
  period,
  name,${usageSums}
FROM runs
JOIN page USING (tenant_id)
GROUP BY GROUPING SETS ((tenant_id, period, name), (tenant_id))
ORDER BY tenant_id, period, name`,
  parameters: {
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    by_day: 'BOOL',
    by_status: 'BOOL',
    after_tenant: 'STRING',
    limit: 'INT64',
  },
  row: z.object({
    tenant_id: string,
    /** A month such as 2026-11, or a day such as 2026-11-30. Null in a tenant's row of all, which comes first. */
    period: string.nullable(),
    /** The pipeline or the status. Null in the row of all. */
    name: string.nullable(),
    ...usageSumFields,
  }),
});
