-- check-counters: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT
  pipeline_runs_count,
  pipeline_runs_this_month,
  law.runs AS known_runs,
  law.runs_this_month AS known_runs_this_month
FROM tenants
CROSS JOIN (
  SELECT
    COUNT(DISTINCT run_id) AS runs,
    COUNT(DISTINCT IF(admitted_at >= month_start, run_id, NULL)) AS runs_this_month
  FROM (
    SELECT run_id, admitted_at FROM pipeline_runs
    UNION ALL
    SELECT settled.run_id, settled.admitted_at
    FROM tenants, UNNEST(settled_runs) AS settled
    WHERE tenant_id = p_tenant_id
    UNION ALL
    SELECT slot.run_id, slot.admitted_at
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id
  )
  CROSS JOIN (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS month_start
    FROM tenants
    WHERE tenant_id = p_tenant_id
  )
) AS law
WHERE tenant_id = p_tenant_id;
