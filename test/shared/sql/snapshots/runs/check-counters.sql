-- check-counters: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT
  pipeline_runs_count,
  pipeline_runs_this_month,
  bytes_billed_this_month,
  law.runs AS known_runs,
  law.runs_this_month AS known_runs_this_month,
  law.bytes_this_month AS known_bytes_this_month
FROM tenants
CROSS JOIN (
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
    WHERE tenant_id = p_tenant_id
    UNION ALL
    SELECT slot.run_id, slot.admitted_at, NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id
   )
   GROUP BY run_id
  )
  CROSS JOIN (
    SELECT TIMESTAMP(DATE_TRUNC(quota_reset_date, MONTH)) AS month_start
    FROM tenants
    WHERE tenant_id = p_tenant_id
  )
) AS law
WHERE tenant_id = p_tenant_id;
