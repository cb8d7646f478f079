import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Takes back admissions whose callers are told that nothing was started: slots and counts together, as if
 * they had never been. An admission that is still on its way finds its run in `withdrawn_runs` and gives it
 * no slot: both statements change the same row, so the later one sees the earlier. A run that is settled
 * stays counted. An admission gives up within seconds; its withdrawal is forgotten after an hour.
 *
 * An admission statement that was given up is withdrawn whole in the same way, by its `statement_id`.
 *
 * All of the given runs are withdrawn, or none (`affectedRows` is 0): none where one of them was admitted at
 * or before `confirmed_until`, or was handed a slot by the queue. Reconcile, or who freed that slot, may have
 * started it, and it must not lose its slot under its worker.
 * That is a fact of the row and no matter of clocks, so it holds however late this statement gets its turn.
 */
export const withdrawRuns = defineStatement({
  name: 'withdraw-runs',
  sql: `
UPDATE tenants
SET
  active_runs = ARRAY(
    SELECT slot
    FROM UNNEST(active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(@run_ids)
    ORDER BY position),
  pipeline_runs_count = pipeline_runs_count - (
    SELECT COUNT(*) FROM UNNEST(active_runs) WHERE run_id IN UNNEST(@run_ids)),
  pipeline_runs_this_month = pipeline_runs_this_month - (
    SELECT COUNT(*)
    FROM UNNEST(active_runs)
    WHERE run_id IN UNNEST(@run_ids) AND admitted_at >= TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH))),
  current_running_pipelines = (
    SELECT IFNULL(SUM(IFNULL(slots, 1)), 0)
    FROM UNNEST(active_runs)
    WHERE lease_expires_at > @now AND queued_until IS NULL AND run_id NOT IN UNNEST(@run_ids)),
  withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(@now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(@run_ids)
    UNION ALL
    SELECT AS STRUCT run_id, @now AS withdrawn_at FROM UNNEST(@run_ids) AS run_id),
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND NOT EXISTS (
    SELECT 1
    FROM UNNEST(active_runs) AS slot
    WHERE slot.run_id IN UNNEST(@run_ids)
      AND (slot.admitted_at <= confirmed_until OR slot.handed_on_at IS NOT NULL))`,
  parameters: { tenant_id: 'STRING', run_ids: ['STRING'], now: 'TIMESTAMP' },
  row: z.unknown(),
});
