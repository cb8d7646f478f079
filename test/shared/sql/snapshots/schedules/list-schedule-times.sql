-- list-schedule-times: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_schedule_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_until_at TIMESTAMP;
DECLARE p_outcome STRING;
DECLARE p_most INT64;

SELECT planned_at, outcome, run_id, code, detail, missed_since, recorded_at
FROM (
  SELECT *
  FROM schedule_times
  WHERE tenant_id = p_tenant_id
    AND schedule_id = p_schedule_id
    AND planned_at >= p_from
    AND planned_at < p_to
    AND planned_at < IFNULL(p_until_at, p_to)
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY planned_at
    ORDER BY outcome = 'started' DESC, outcome = 'refused' AND code IS NULL, recorded_at
  ) = 1
)
WHERE p_outcome IS NULL OR outcome = p_outcome
ORDER BY planned_at DESC
LIMIT p_most;
