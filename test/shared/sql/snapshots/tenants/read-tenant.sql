-- read-tenant: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_now TIMESTAMP;

SELECT
  tenant_id,
  company_name,
  contact_email,
  subscription_tier,
  is_active,
  max_pipelines_per_month,
  max_concurrent_pipelines,
  max_bytes_billed_per_month,
  alert_at_percent,
  pipeline_runs_count,
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, pipeline_runs_this_month) AS pipeline_runs_this_month,
  IF(quota_reset_date < DATE_TRUNC(DATE(p_now), MONTH), 0, bytes_billed_this_month) AS bytes_billed_this_month,
  (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL) AS current_running_pipelines,
  last_pipeline_run_at,
  quota_reset_date,
  created_at,
  updated_at,
  suspended_at,
  suspension_reason,
  suspension_public_reason,
  offboarding_at,
  notes,
  onboarding_id,
  IFNULL(version, 0) AS version,
  ARRAY_LENGTH(active_runs) AS active_runs_count,
  IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines,
  (SELECT COUNT(*) FROM UNNEST(active_runs) WHERE queued_until IS NOT NULL) AS queued_runs_count,
  ARRAY(
    SELECT AS STRUCT run_id, pipeline, trigger, admitted_at, lease_expires_at, queued_until
    FROM UNNEST(active_runs) WITH OFFSET AS position
    ORDER BY queued_until IS NOT NULL, admitted_at, position
    LIMIT 100
  ) AS active_runs
FROM tenants
WHERE tenant_id = p_tenant_id;
