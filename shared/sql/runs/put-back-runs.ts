import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { slotsHeld } from './hand-on';

/** Those of the given runs that hold their slot no longer, and do not wait: by `slot`, an entry of `active_runs`. */
const isPutBack = 'slot.queued_until IS NULL AND slot.lease_expires_at <= @now';

/**
 * Lets runs that never began wait in the queue again, whether or not their tenant has a queue: their leases are over,
 * so they hold no slot, and this gives them none. The next write that hands slots on does, by the one rule of
 * hand-on.ts, with a fresh lease.
 *
 * Invariants that the UPDATE keeps:
 * - a run stays in flight, and is counted once, as it was: only how it waits is written. One that was settled
 *   meanwhile, or that somebody has put back or given a slot since, is left as it is;
 * - a run's id, and when it was admitted, stay: so its jobs are those that it would have had, and its turn is before
 *   those that were admitted later;
 * - none of them is withdrawn any more (`confirmed_until`): their messages are out, and one may be delivered late;
 * - its `lease_expires_at` stays, which is later than its admission only where a run that waits had a slot before.
 */
export const putBackRuns = defineStatement({
  name: 'put-back-runs',
  sql: `
UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT AS STRUCT slot.* REPLACE (
      IF(run.run_id IS NULL, slot.queued_until, run.queued_until) AS queued_until,
      IF(run.run_id IS NULL, slot.handed_on_at, NULL) AS handed_on_at,
      IF(run.run_id IS NULL, slot.lease_seconds, run.lease_seconds) AS lease_seconds)
    FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    LEFT JOIN (SELECT * FROM UNNEST(@runs)) AS run
      ON run.run_id = slot.run_id AND ${isPutBack}
    ORDER BY position),
  current_running_pipelines = ${slotsHeld('tenant.active_runs')},
  confirmed_until = GREATEST(IFNULL(tenant.confirmed_until, @confirmed_until), @confirmed_until),
  updated_at = @now
WHERE tenant.tenant_id = @tenant_id
  AND IFNULL(tenant.onboarding_id, '') = @onboarding_id
  AND (
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(@runs)) AS run ON run.run_id = slot.run_id
    WHERE ${isPutBack}) > 0`,
  parameters: {
    tenant_id: 'STRING',
    /** Empty for a tenant that was onboarded before there were onboarding ids. */
    onboarding_id: 'STRING',
    now: 'TIMESTAMP',
    /** The last admission of these runs. */
    confirmed_until: 'TIMESTAMP',
    /** Each run_id once; until when each may wait, and how long its lease lasts. */
    runs: [{ run_id: 'STRING', queued_until: 'TIMESTAMP', lease_seconds: 'INT64' }],
  },
  row: z.unknown(),
});
