-- find-run: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_id STRING;

SELECT
  (
    SELECT slot
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id AND slot.run_id = p_run_id
  ) AS slot,
  (SELECT onboarding_id FROM tenants WHERE tenant_id = p_tenant_id) AS onboarding_id,
  (SELECT subscription_tier FROM tenants WHERE tenant_id = p_tenant_id) AS subscription_tier,
  (
    SELECT GREATEST(max_bytes_billed_per_month - IFNULL(bytes_billed_this_month, 0), 0)
    FROM tenants
    WHERE tenant_id = p_tenant_id
  ) AS bytes_left,
  EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id = p_run_id) AS is_recorded;
