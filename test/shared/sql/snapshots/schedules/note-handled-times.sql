-- note-handled-times: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_handled ARRAY<STRUCT<schedule_id STRING, version INT64, handled_until TIMESTAMP, reason STRING>>;
DECLARE p_now TIMESTAMP;

UPDATE schedules AS schedule
SET
  handled_until = GREATEST(schedule.handled_until, handled.handled_until),
  state = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.state, 'disabled'),
  reason = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.reason, handled.reason),
  updated_at = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.updated_at, p_now)
FROM UNNEST(p_handled) AS handled
WHERE schedule.schedule_id = handled.schedule_id;
