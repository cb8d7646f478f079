import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Takes back admissions whose callers are told that nothing was started: slots and counts together, as if
 * they had never been. An admission that is still on its way finds its run in `withdrawn_runs` and gives it
 * no slot: both statements change the same row, so the later one sees the earlier. Runs in the ledger are
 * over, and stay counted. An admission gives up within seconds; its withdrawal is forgotten after an hour.
 *
 * Once `valid_until` has passed by BigQuery's clock it changes nothing at all. By then reconcile may have
 * started the run, which must not lose its slot under its worker, however late this statement gets its turn.
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
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(@now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(@run_ids)
    UNION ALL
    SELECT AS STRUCT run_id, @now AS withdrawn_at FROM UNNEST(@run_ids) AS run_id),
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
WHERE tenant.tenant_id = @tenant_id AND CURRENT_TIMESTAMP() < @valid_until`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP', valid_until: 'TIMESTAMP' },
  row: z.unknown(),
});
