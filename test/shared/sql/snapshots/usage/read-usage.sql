-- read-usage: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_by_day BOOL;
DECLARE p_by_status BOOL;

WITH
  recorded AS (
    SELECT run_id, pipeline, status, admitted_at, handed_on_at, ended_at, duration_ms, rows_written, bytes_processed, bytes_billed
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
    SELECT
      IF(p_by_status, status, pipeline) AS name, status, admitted_at,
      -- A version before recorded runs that ended before they were admitted, where a clock jumped.
      GREATEST(TIMESTAMP_DIFF(ended_at, IFNULL(handed_on_at, admitted_at), MILLISECOND), 0) AS slot_ms,
      duration_ms, rows_written, bytes_processed, bytes_billed
    FROM recorded
    UNION ALL
    SELECT
      IF(p_by_status, IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED'), slot.pipeline), IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED'), slot.admitted_at, NULL, NULL, NULL, NULL, NULL
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id
      AND slot.admitted_at >= p_from AND slot.admitted_at < p_to
      AND slot.run_id NOT IN (SELECT run_id FROM recorded)
  )
SELECT
  period,
  name,
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  COUNTIF(status = 'ADMITTED') AS in_flight,
  COUNTIF(status = 'QUEUED') AS queued,
  IFNULL(SUM(slot_ms), 0) AS slot_ms,
  IFNULL(SUM(duration_ms), 0) AS duration_ms,
  APPROX_QUANTILES(duration_ms, 100)[SAFE_OFFSET(50)] AS duration_ms_p50,
  APPROX_QUANTILES(duration_ms, 100)[SAFE_OFFSET(95)] AS duration_ms_p95,
  IFNULL(SUM(rows_written), 0) AS rows_written,
  IFNULL(SUM(bytes_processed), 0) AS bytes_processed,
  IFNULL(SUM(bytes_billed), 0) AS bytes_billed
FROM (SELECT *, FORMAT_TIMESTAMP(IF(p_by_day, '%Y-%m-%d', '%Y-%m'), admitted_at) AS period FROM runs)
GROUP BY GROUPING SETS ((period, name), ())
ORDER BY period, name;
