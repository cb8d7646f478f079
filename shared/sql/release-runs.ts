import { z } from 'zod';
import { defineStatement } from './statement';

/**
 * Gives slots back. Called only once the runs are in the ledger: a slot is the only record of a run until then.
 * Releasing a run that holds no slot changes nothing.
 */
export const releaseRuns = defineStatement({
  name: 'release-runs',
  sql: `
UPDATE tenants
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(@run_ids)
    ORDER BY position),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(active_runs)
    WHERE lease_expires_at > @now AND run_id NOT IN UNNEST(@run_ids)),
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND EXISTS (SELECT 1 FROM UNNEST(active_runs) WHERE run_id IN UNNEST(@run_ids))`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.unknown(),
});
