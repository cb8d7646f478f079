-- read-activity: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_seen_from TIMESTAMP;

WITH
  recorded AS (
    SELECT run_id, admitted_at, handed_on_at, ended_at
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE admitted_at >= p_from AND admitted_at < p_to
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE admitted_at >= p_from AND admitted_at < p_to
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
  ),
  runs AS (
    SELECT admitted_at, handed_on_at, ended_at, FALSE AS is_waiting
    FROM recorded
    UNION ALL
    SELECT slot.admitted_at, slot.handed_on_at, NULL, slot.queued_until IS NOT NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id
      AND slot.admitted_at >= p_from AND slot.admitted_at < p_to
      AND slot.run_id NOT IN (SELECT run_id FROM recorded)
  ),
  spans AS (
    SELECT 'running' AS state, IFNULL(handed_on_at, admitted_at) AS began_at, ended_at
    FROM runs
    WHERE NOT is_waiting
    UNION ALL
    SELECT 'queued', admitted_at, handed_on_at
    FROM runs
    WHERE is_waiting OR handed_on_at IS NOT NULL
  ),
  changes AS (
    SELECT GREATEST(began_at, p_seen_from) AS moment, state, 1 AS change
    FROM spans
    WHERE IFNULL(ended_at, p_to) > GREATEST(began_at, p_seen_from) AND began_at < p_to
    UNION ALL
    SELECT ended_at, state, -1
    FROM spans
    WHERE ended_at > GREATEST(began_at, p_seen_from) AND began_at < p_to AND ended_at < p_to
  ),
  levels AS (
    SELECT
      moment,
      SUM(running) OVER (ORDER BY moment) AS running,
      SUM(queued) OVER (ORDER BY moment) AS queued
    FROM (
      SELECT
        moment,
        SUM(IF(state = 'running', change, 0)) AS running,
        SUM(IF(state = 'queued', change, 0)) AS queued
      FROM changes
      GROUP BY moment
    )
  )
SELECT
  TIMESTAMP_SECONDS(DIV(UNIX_SECONDS(moment), 300) * 300) AS step,
  MAX(running) AS most_running,
  MAX(queued) AS most_queued,
  ARRAY_AGG(running ORDER BY moment DESC LIMIT 1)[OFFSET(0)] AS last_running,
  ARRAY_AGG(queued ORDER BY moment DESC LIMIT 1)[OFFSET(0)] AS last_queued
FROM levels
GROUP BY step
ORDER BY step;
