-- change-schedule: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_schedule_id STRING;
DECLARE p_version INT64;
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
DECLARE p_state STRING;
DECLARE p_done_until TIMESTAMP;
DECLARE p_now TIMESTAMP;

UPDATE schedules
SET
  pipeline = p_pipeline,
  parameters = p_parameters,
  cron = p_cron,
  interval_seconds = p_interval_seconds,
  anchor = p_anchor,
  time_zone = p_time_zone,
  missed = p_missed,
  overlap = p_overlap,
  window_seconds = p_window_seconds,
  description = p_description,
  state = p_state,
  reason = IF(p_state = 'disabled', reason, NULL),
  handled_until = GREATEST(handled_until, IFNULL(p_done_until, handled_until)),
  version = version + 1,
  updated_at = p_now
WHERE tenant_id = p_tenant_id AND schedule_id = p_schedule_id AND version = p_version;
