-- list-billable-days: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_after_day STRING;
DECLARE p_after_pipeline STRING;
DECLARE p_limit INT64;

SELECT
  day, pipeline,
  COUNT(*) AS runs,
  IFNULL(SUM(duration_ms), 0) AS duration_ms,
  IFNULL(SUM(rows_written), 0) AS rows_written,
  IFNULL(SUM(bytes_processed), 0) AS bytes_processed,
  IFNULL(SUM(bytes_billed), 0) AS bytes_billed
FROM (
  SELECT *, FORMAT_TIMESTAMP('%Y-%m-%d', admitted_at) AS day
  FROM (
    SELECT *
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
  )
  WHERE status = 'COMPLETED'
)
WHERE p_after_day IS NULL OR day > p_after_day OR (day = p_after_day AND pipeline > p_after_pipeline)
GROUP BY day, pipeline
ORDER BY day, pipeline
LIMIT p_limit;
