-- repair-counters: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_now TIMESTAMP;

UPDATE tenants AS tenant
SET
  pipeline_runs_count = law.runs,
  pipeline_runs_this_month = law.runs_this_month,
  bytes_billed_this_month = law.bytes_this_month,
  updated_at = p_now
FROM (
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
WHERE tenant.tenant_id = p_tenant_id
  AND (tenant.pipeline_runs_count != law.runs
    OR tenant.pipeline_runs_this_month != law.runs_this_month
    OR IFNULL(tenant.bytes_billed_this_month, -1) != law.bytes_this_month);
