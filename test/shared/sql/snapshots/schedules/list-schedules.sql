-- list-schedules: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_schedule_id STRING;

SELECT
  schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, interval_seconds, anchor, time_zone, missed,
  overlap, window_seconds, description, state, reason, version, handled_until, created_at, created_by, updated_at
FROM schedules
WHERE
  tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = IFNULL(p_onboarding_id, '')
  AND (p_schedule_id IS NULL OR schedule_id = p_schedule_id)
ORDER BY created_at, schedule_id;
