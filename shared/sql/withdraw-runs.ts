import { z } from 'zod';
import { defineStatement } from './statement';

/**
 * Takes admissions back whose callers were told that nothing was started: slots and counts together, as if they had
 * never been. Runs that are in the ledger are over, and stay counted. Withdrawing a run that holds no slot changes
 * nothing.
 */
export const withdrawRuns = defineStatement({
  name: 'withdraw-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(withdrawn.run_ids)
    ORDER BY position),
  pipeline_runs_count = pipeline_runs_count - ARRAY_LENGTH(withdrawn.run_ids),
  pipeline_runs_this_month = pipeline_runs_this_month - (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.run_id IN UNNEST(withdrawn.run_ids)
      AND slot.admitted_at >= TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH))),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.lease_expires_at > @now AND slot.run_id NOT IN UNNEST(withdrawn.run_ids)),
  updated_at = @now
FROM (
  SELECT ARRAY(
    SELECT slot.run_id
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
      AND slot.run_id IN UNNEST(@run_ids)
      AND slot.run_id NOT IN (SELECT run_id FROM pipeline_runs WHERE run_id IN UNNEST(@run_ids))
  ) AS run_ids
) AS withdrawn
WHERE tenant.tenant_id = @tenant_id AND ARRAY_LENGTH(withdrawn.run_ids) > 0`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.unknown(),
});
