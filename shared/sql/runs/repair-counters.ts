import { z } from 'zod';
import { defineStatement } from '../statement';

/** Sets a tenant's counters to what ledger and slots say. `affectedRows` is 0 where they say so already. */
export const repairCounters = defineStatement({
  name: 'repair-counters',
  sql: `
UPDATE tenants AS tenant
SET
  pipeline_runs_count = law.runs,
  pipeline_runs_this_month = law.runs_this_month,
  updated_at = @now
FROM (
  SELECT
    COUNT(DISTINCT run_id) AS runs,
    COUNT(DISTINCT IF(admitted_at >= month_start, run_id, NULL)) AS runs_this_month
  FROM (
    SELECT run_id, admitted_at FROM pipeline_runs
    UNION ALL
    SELECT slot.run_id, slot.admitted_at
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
  )
  CROSS JOIN (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS month_start
    FROM tenants
    WHERE tenant_id = @tenant_id
  )
) AS law
WHERE tenant.tenant_id = @tenant_id
  AND (tenant.pipeline_runs_count != law.runs OR tenant.pipeline_runs_this_month != law.runs_this_month)`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
