-- insert-schedule: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_schedule_id STRING;
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_pipeline STRING;
DECLARE p_parameters STRING;
DECLARE p_cron STRING;
DECLARE p_interval_seconds INT64;
DECLARE p_anchor TIMESTAMP;
DECLARE p_time_zone STRING;
DECLARE p_missed STRING;
DECLARE p_overlap STRING;
DECLARE p_window_seconds INT64;
DECLARE p_description STRING;
DECLARE p_handled_until TIMESTAMP;
DECLARE p_now TIMESTAMP;
DECLARE p_created_by STRING;
DECLARE p_most INT64;

INSERT INTO schedules (
  schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, interval_seconds, anchor, time_zone, missed,
  overlap, window_seconds, description, state, reason, version, handled_until, created_at, created_by, updated_at)
SELECT
  p_schedule_id, p_tenant_id, p_onboarding_id, p_pipeline, p_parameters, p_cron, p_interval_seconds, p_anchor, p_time_zone, p_missed,
  p_overlap, p_window_seconds, p_description, 'active', CAST(NULL AS STRING), 1, p_handled_until, p_now, p_created_by, p_now
FROM (
  SELECT COUNT(*) AS schedules, COUNTIF(schedule_id = p_schedule_id) AS same
  FROM schedules
  WHERE
  tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = IFNULL(p_onboarding_id, '')
)
WHERE schedules < p_most AND same = 0;

SELECT
  schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, interval_seconds, anchor, time_zone, missed,
  overlap, window_seconds, description, state, reason, version, handled_until, created_at, created_by, updated_at
FROM schedules
WHERE schedule_id = p_schedule_id;
