-- insert-tenant: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_company_name STRING;
DECLARE p_contact_email STRING;
DECLARE p_subscription_tier STRING;
DECLARE p_max_pipelines_per_month INT64;
DECLARE p_max_concurrent_pipelines INT64;
DECLARE p_max_bytes_billed_per_month INT64;
DECLARE p_max_queued_pipelines INT64;
DECLARE p_alert_at_percent STRING;
DECLARE p_notes STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_now TIMESTAMP;

INSERT INTO tenants (
  tenant_id, company_name, contact_email, subscription_tier, is_active, max_pipelines_per_month,
  max_concurrent_pipelines, pipeline_runs_count, pipeline_runs_this_month, current_running_pipelines,
  quota_reset_date, created_at, updated_at, notes, onboarding_id, max_bytes_billed_per_month,
  bytes_billed_this_month, max_queued_pipelines, alert_at_percent)
SELECT
  p_tenant_id, p_company_name, p_contact_email, p_subscription_tier, TRUE, p_max_pipelines_per_month,
  p_max_concurrent_pipelines, 0, 0, 0,
  DATE(p_now), p_now, p_now, p_notes, p_onboarding_id, p_max_bytes_billed_per_month,
  0, p_max_queued_pipelines,
  ARRAY(
    SELECT CAST(percent AS INT64)
    FROM UNNEST(SPLIT(p_alert_at_percent, ',')) AS percent WITH OFFSET AS position
    ORDER BY position)
FROM (SELECT 1)
WHERE NOT EXISTS (SELECT 1 FROM tenants WHERE tenant_id = p_tenant_id);
