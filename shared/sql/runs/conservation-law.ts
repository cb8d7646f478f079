/**
 * The conservation law: a tenant's counters are the number of distinct run ids in ledger, `settled_runs` and
 * slots together, and of those the number that were admitted in the month the row is in (UTC). It holds at
 * every instant: one write moves a run from its slot to `settled_runs`, and its entry there is dropped by a
 * statement that sees it in the ledger. The bytes of the month are what was billed for those of them that are
 * over. Read in one snapshot; always one row, even if there is no tenant.
 */
export const runsByLaw = `(
  SELECT
    COUNT(*) AS runs,
    COUNTIF(admitted_at >= month_start) AS runs_this_month,
    IFNULL(SUM(IF(admitted_at >= month_start, bytes_billed, 0)), 0) AS bytes_this_month
  FROM (
   SELECT run_id, MAX(admitted_at) AS admitted_at, MAX(bytes_billed) AS bytes_billed
   FROM (
    SELECT run_id, admitted_at, bytes_billed FROM pipeline_runs
    UNION ALL
    SELECT settled.run_id, settled.admitted_at, settled.bytes_billed
    FROM tenants, UNNEST(settled_runs) AS settled
    WHERE tenant_id = @tenant_id
    UNION ALL
    SELECT slot.run_id, slot.admitted_at, NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = @tenant_id
   )
   GROUP BY run_id
  )
  CROSS JOIN (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS month_start
    FROM tenants
    WHERE tenant_id = @tenant_id
  )
)`;
