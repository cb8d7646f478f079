/**
 * The conservation law: a tenant's counters are the number of distinct run ids in ledger, `settled_runs` and
 * slots together, and of those the number that were admitted in the month the row is in (UTC). It holds at
 * every instant: one write moves a run from its slot to `settled_runs`, and its entry there is dropped by a
 * statement that sees it in the ledger. Read in one snapshot; always one row, even if there is no tenant.
 */
export const runsByLaw = `(
  SELECT
    COUNT(DISTINCT run_id) AS runs,
    COUNT(DISTINCT IF(admitted_at >= month_start, run_id, NULL)) AS runs_this_month
  FROM (
    SELECT run_id, admitted_at FROM pipeline_runs
    UNION ALL
    SELECT settled.run_id, settled.admitted_at
    FROM tenants, UNNEST(settled_runs) AS settled
    WHERE tenant_id = @tenant_id
    UNION ALL
    SELECT slot.run_id, slot.admitted_at
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
  )
  CROSS JOIN (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS month_start
    FROM tenants
    WHERE tenant_id = @tenant_id
  )
)`;
