import { z } from 'zod';
import { integer } from '../columns';
import { defineStatement } from '../statement';

/**
 * A tenant's counters beside what they should be by the conservation law. All in one snapshot: the law holds at every
 * instant, because a run enters the ledger before it leaves its slot. No row where there is no tenant.
 */
export const checkCounters = defineStatement({
  name: 'check-counters',
  sql: `
WITH
  month AS (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS start FROM tenants WHERE tenant_id = @tenant_id
  ),
  known_runs AS (
    SELECT run_id, MIN(admitted_at) AS admitted_at
    FROM (
      SELECT run_id, admitted_at FROM pipeline_runs
      UNION ALL
      SELECT slot.run_id, slot.admitted_at
      FROM tenants, UNNEST(active_runs) AS slot
      WHERE tenant_id = @tenant_id
    )
    GROUP BY run_id
  )
SELECT
  pipeline_runs_count,
  pipeline_runs_this_month,
  (SELECT COUNT(*) FROM known_runs) AS known_runs,
  (SELECT COUNT(*) FROM known_runs, month WHERE admitted_at >= month.start) AS known_runs_this_month
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({
    pipeline_runs_count: integer,
    pipeline_runs_this_month: integer,
    known_runs: integer,
    known_runs_this_month: integer,
  }),
});
