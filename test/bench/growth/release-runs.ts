import { z } from 'zod';
import { string } from '../../../shared/sql/column-schemas';
import { defineStatement } from '../../../shared/sql/define-statement';

/**
 * What settling is compared with: the version before appended a run's ledger row, and then freed its slot by this script,
 * which looked for the row in the whole ledger. The text is that version's.
 */
export const releaseRuns = defineStatement({
  name: 'release-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(ledger.run_ids)
    ORDER BY position),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.lease_expires_at > @now AND slot.run_id NOT IN UNNEST(ledger.run_ids)),
  updated_at = @now
FROM (
  SELECT IFNULL(ARRAY_AGG(DISTINCT run_id), []) AS run_ids
  FROM pipeline_runs
  WHERE run_id IN UNNEST(@run_ids)
) AS ledger
WHERE tenant.tenant_id = @tenant_id
  AND EXISTS (SELECT 1 FROM UNNEST(tenant.active_runs) AS slot WHERE slot.run_id IN UNNEST(ledger.run_ids));

SELECT slot.run_id
FROM tenants, UNNEST(active_runs) AS slot
WHERE tenant_id = @tenant_id AND slot.run_id IN UNNEST(@run_ids)`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.object({ run_id: string }),
});
