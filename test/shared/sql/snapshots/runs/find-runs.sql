-- find-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_admitted_from TIMESTAMP;
DECLARE p_admitted_to TIMESTAMP;

SELECT
  ARRAY(
    SELECT slot FROM UNNEST(active_runs) AS slot WHERE slot.queued_until IS NULL AND slot.run_id IN UNNEST(p_run_ids)
  ) AS slots,
  onboarding_id,
  subscription_tier,
  GREATEST(max_bytes_billed_per_month - IFNULL(bytes_billed_this_month, 0), 0) AS bytes_left,
  ARRAY(
    SELECT DISTINCT run_id FROM pipeline_runs
    WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= p_admitted_from AND admitted_at < p_admitted_to
  ) AS recorded_run_ids,
  ARRAY(
    SELECT alert FROM UNNEST(quota_alerts) AS alert WHERE alert.announced_at IS NULL AND alert.run_id IN UNNEST(p_run_ids)
  ) AS alerts
FROM tenants
WHERE tenant_id = p_tenant_id;
