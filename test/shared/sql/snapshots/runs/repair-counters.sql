-- repair-counters: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_now TIMESTAMP;

UPDATE tenants AS tenant
SET
  pipeline_runs_count = law.runs,
  pipeline_runs_this_month = law.runs_this_month,
  updated_at = p_now
FROM (
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
WHERE tenant.tenant_id = p_tenant_id
  AND (tenant.pipeline_runs_count != law.runs OR tenant.pipeline_runs_this_month != law.runs_this_month);
