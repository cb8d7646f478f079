-- find-lapsed-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_from TIMESTAMP;
DECLARE p_now TIMESTAMP;

SELECT slot.run_id, begun.run_id IS NOT NULL AS has_begun
FROM tenants
CROSS JOIN UNNEST(active_runs) AS slot
LEFT JOIN (
  SELECT DISTINCT run_id
  FROM step_logs
  WHERE run_id IN UNNEST(p_run_ids) AND started_at >= TIMESTAMP_SUB(p_from, INTERVAL 1 DAY)
) AS begun ON begun.run_id = slot.run_id
WHERE tenant_id = p_tenant_id
  AND IFNULL(onboarding_id, '') = p_onboarding_id
  AND slot.run_id IN UNNEST(p_run_ids)
  AND slot.queued_until IS NULL
  AND slot.lease_expires_at <= p_now;
