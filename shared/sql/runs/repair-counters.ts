import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { runsByLaw } from './conservation-law';

/** Sets a tenant's counters to what the law says. `affectedRows` is 0 where they say so already. */
export const repairCounters = defineStatement({
  name: 'repair-counters',
  sql: `
UPDATE tenants AS tenant
SET
  pipeline_runs_count = law.runs,
  pipeline_runs_this_month = law.runs_this_month,
  bytes_billed_this_month = law.bytes_this_month,
  updated_at = @now
FROM ${runsByLaw} AS law
WHERE tenant.tenant_id = @tenant_id
  AND (tenant.pipeline_runs_count != law.runs
    OR tenant.pipeline_runs_this_month != law.runs_this_month
    OR IFNULL(tenant.bytes_billed_this_month, -1) != law.bytes_this_month)`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
