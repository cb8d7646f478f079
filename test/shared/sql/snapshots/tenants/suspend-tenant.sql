-- suspend-tenant: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_change_id STRING;
DECLARE p_reason STRING;
DECLARE p_public_reason STRING;

UPDATE tenants AS tenant
SET
  is_active = FALSE,
  suspended_at = IF(is_active, p_now, suspended_at),
  suspension_reason = p_reason,
  suspension_public_reason = p_public_reason,
  version = IFNULL(version, 0) + 1,
  recent_changes = ARRAY_CONCAT(
    ARRAY(
      SELECT change
      FROM UNNEST(tenant.recent_changes) AS change WITH OFFSET AS position
      WHERE position > ARRAY_LENGTH(tenant.recent_changes) - 10
      ORDER BY position),
    ARRAY(
      SELECT AS STRUCT tenant.recent_changes[SAFE_OFFSET(-1)].* REPLACE (
        p_change_id AS change_id,
        p_now AS changed_at,
        tenant.subscription_tier AS subscription_tier,
        tenant.max_pipelines_per_month AS max_pipelines_per_month,
        tenant.max_concurrent_pipelines AS max_concurrent_pipelines,
        tenant.max_bytes_billed_per_month AS max_bytes_billed_per_month,
        tenant.max_queued_pipelines AS max_queued_pipelines))),
  updated_at = p_now
WHERE tenant_id = p_tenant_id
  AND p_change_id NOT IN UNNEST(ARRAY(SELECT change_id FROM UNNEST(recent_changes)));

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
  ) AS active_runs,
  ARRAY(
    SELECT AS STRUCT
      subscription_tier, max_pipelines_per_month, max_concurrent_pipelines, max_bytes_billed_per_month,
      IFNULL(max_queued_pipelines, 0) AS max_queued_pipelines
    FROM UNNEST(recent_changes)
    WHERE change_id = p_change_id
  ) AS before,
  ARRAY(
    SELECT AS STRUCT
      IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].subscription_tier, tenants.subscription_tier) AS subscription_tier,
      IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].max_pipelines_per_month, tenants.max_pipelines_per_month) AS max_pipelines_per_month,
      IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].max_concurrent_pipelines, tenants.max_concurrent_pipelines) AS max_concurrent_pipelines,
      IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].max_bytes_billed_per_month, tenants.max_bytes_billed_per_month) AS max_bytes_billed_per_month,
      IFNULL(IF(position + 1 < ARRAY_LENGTH(recent_changes), recent_changes[SAFE_OFFSET(position + 1)].max_queued_pipelines, tenants.max_queued_pipelines), 0) AS max_queued_pipelines
    FROM UNNEST(recent_changes) AS change WITH OFFSET AS position
    WHERE change.change_id = p_change_id
  ) AS made
FROM tenants
WHERE tenant_id = p_tenant_id;
