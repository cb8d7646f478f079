import { z } from 'zod';
import { bool, string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * Those of the given runs whose lease is over, and that still hold their entry as they did then; and of each whether an
 * attempt of a step is on record. Both in one snapshot: so a record that is seen here was made under the lease that is
 * over, and not under one that somebody gave the run since. All of the runs were admitted from @from on. A step's times
 * are BigQuery's or its worker's, hence the day before.
 */
export const findLapsedRuns = defineStatement({
  name: 'find-lapsed-runs',
  sql: `
SELECT slot.run_id, begun.run_id IS NOT NULL AS has_begun
FROM tenants
CROSS JOIN UNNEST(active_runs) AS slot
LEFT JOIN (
  SELECT DISTINCT run_id
  FROM step_logs
  WHERE run_id IN UNNEST(@run_ids) AND started_at >= TIMESTAMP_SUB(@from, INTERVAL 1 DAY)
) AS begun ON begun.run_id = slot.run_id
WHERE tenant_id = @tenant_id
  AND IFNULL(onboarding_id, '') = @onboarding_id
  AND slot.run_id IN UNNEST(@run_ids)
  AND slot.queued_until IS NULL
  AND slot.lease_expires_at <= @now`,
  parameters: {
    tenant_id: 'STRING',
    /** Empty for a tenant that was onboarded before there were onboarding ids. */
    onboarding_id: 'STRING',
    run_ids: ['STRING'],
    from: 'TIMESTAMP',
    now: 'TIMESTAMP',
  },
  row: z.object({ run_id: string, has_begun: bool }),
});
