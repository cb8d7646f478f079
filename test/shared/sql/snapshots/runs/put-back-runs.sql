-- put-back-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_confirmed_until TIMESTAMP;
DECLARE p_runs ARRAY<STRUCT<run_id STRING, queued_until TIMESTAMP, lease_seconds INT64>>;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT AS STRUCT slot.* REPLACE (
      IF(run.run_id IS NULL, slot.queued_until, run.queued_until) AS queued_until,
      IF(run.run_id IS NULL, slot.handed_on_at, NULL) AS handed_on_at,
      IF(run.run_id IS NULL, slot.lease_seconds, run.lease_seconds) AS lease_seconds)
    FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    LEFT JOIN (SELECT * FROM UNNEST(p_runs)) AS run
      ON run.run_id = slot.run_id AND slot.queued_until IS NULL AND slot.lease_expires_at <= p_now
    ORDER BY position),
  current_running_pipelines = (SELECT IFNULL(SUM(IFNULL(slots, 1)), 0) FROM UNNEST(tenant.active_runs) WHERE lease_expires_at > p_now AND queued_until IS NULL),
  confirmed_until = GREATEST(IFNULL(tenant.confirmed_until, p_confirmed_until), p_confirmed_until),
  updated_at = p_now
WHERE tenant.tenant_id = p_tenant_id
  AND IFNULL(tenant.onboarding_id, '') = p_onboarding_id
  AND (
    SELECT COUNT(*)
    FROM UNNEST(tenant.active_runs) AS slot
    JOIN (SELECT run_id FROM UNNEST(p_runs)) AS run ON run.run_id = slot.run_id
    WHERE slot.queued_until IS NULL AND slot.lease_expires_at <= p_now) > 0;
