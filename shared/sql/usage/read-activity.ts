import { z } from 'zod';
import { integer, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { recordedRuns } from '../runs/recorded-runs';

/** The length of the steps in which a tenant's activity is told, in seconds. */
export const activityStepSeconds = 300;

/**
 * How many of a tenant's runs were running and how many waited in its queue, by steps of time from `seen_from` to `to`:
 * the most at once, and how many at the step's end. Steps in which no run began or ended are left out. From ledger,
 * `settled_runs` and `active_runs` in one snapshot. Runs that were admitted before `from` are taken to be over. Runs
 * that begin in the instant in which others end are not at once with them.
 */
export const readActivity = defineStatement({
  name: 'read-activity',
  sql: `
WITH
  recorded AS (${recordedRuns('run_id, admitted_at, handed_on_at, ended_at')}
  ),
  runs AS (
    SELECT admitted_at, handed_on_at, ended_at, FALSE AS is_waiting
    FROM recorded
    UNION ALL
    SELECT slot.admitted_at, slot.handed_on_at, NULL, slot.queued_until IS NOT NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
      AND slot.admitted_at >= @from AND slot.admitted_at < @to
      AND slot.run_id NOT IN (SELECT run_id FROM recorded)
  ),
  spans AS (
    SELECT 'running' AS state, IFNULL(handed_on_at, admitted_at) AS began_at, ended_at
    FROM runs
    WHERE NOT is_waiting
    UNION ALL
    SELECT 'queued', admitted_at, handed_on_at
    FROM runs
    WHERE is_waiting OR handed_on_at IS NOT NULL
  ),
  changes AS (
    SELECT GREATEST(began_at, @seen_from) AS moment, state, 1 AS change
    FROM spans
    WHERE IFNULL(ended_at, @to) > GREATEST(began_at, @seen_from) AND began_at < @to
    UNION ALL
    SELECT ended_at, state, -1
    FROM spans
    WHERE ended_at > GREATEST(began_at, @seen_from) AND began_at < @to AND ended_at < @to
  ),
  levels AS (
    SELECT
      moment,
      SUM(running) OVER (ORDER BY moment) AS running,
      SUM(queued) OVER (ORDER BY moment) AS queued
    FROM (
      SELECT
        moment,
        SUM(IF(state = 'running', change, 0)) AS running,
        SUM(IF(state = 'queued', change, 0)) AS queued
      FROM changes
      GROUP BY moment
    )
  )
SELECT
  TIMESTAMP_SECONDS(DIV(UNIX_SECONDS(moment), ${activityStepSeconds}) * ${activityStepSeconds}) AS step,
  MAX(running) AS most_running,
  MAX(queued) AS most_queued,
  ARRAY_AGG(running ORDER BY moment DESC LIMIT 1)[OFFSET(0)] AS last_running,
  ARRAY_AGG(queued ORDER BY moment DESC LIMIT 1)[OFFSET(0)] AS last_queued
FROM levels
GROUP BY step
ORDER BY step`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    seen_from: 'TIMESTAMP',
  },
  row: z.object({
    step: timestamp,
    most_running: integer,
    most_queued: integer,
    last_running: integer,
    last_queued: integer,
  }),
});
