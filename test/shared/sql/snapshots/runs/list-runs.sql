-- list-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_status STRING;
DECLARE p_pipeline STRING;
DECLARE p_before_at TIMESTAMP;
DECLARE p_before_id STRING;
DECLARE p_limit INT64;

WITH
  recorded AS (
    SELECT run_id, pipeline, trigger, 
      status, error_code, error_message, failed_step, admitted_at, started_at, ended_at, duration_ms, rows_written,
      bytes_processed, bytes_billed
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE admitted_at >= p_from AND admitted_at < p_to AND admitted_at <= IFNULL(p_before_at, p_to)
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE admitted_at >= p_from AND admitted_at < p_to AND admitted_at <= IFNULL(p_before_at, p_to)
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
  )
SELECT *
FROM (
  SELECT * FROM recorded
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.trigger, 
    IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED'), NULL, NULL, NULL, slot.admitted_at, NULL, NULL, NULL, NULL, NULL, NULL
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = p_tenant_id
    AND slot.admitted_at >= p_from AND slot.admitted_at < p_to
    AND slot.run_id NOT IN (SELECT run_id FROM recorded)
)
WHERE (p_status IS NULL OR status = p_status)
  AND (p_pipeline IS NULL OR pipeline = p_pipeline)
  AND (p_before_at IS NULL OR admitted_at < p_before_at OR (admitted_at = p_before_at AND run_id < p_before_id))
ORDER BY admitted_at DESC, run_id DESC
LIMIT p_limit;
