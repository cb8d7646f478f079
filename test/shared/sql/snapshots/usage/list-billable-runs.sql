-- list-billable-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_after_at TIMESTAMP;
DECLARE p_after_id STRING;
DECLARE p_limit INT64;

SELECT run_id, pipeline, admitted_at, ended_at, duration_ms, rows_written, bytes_processed, bytes_billed
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
  AND (p_after_at IS NULL OR admitted_at > p_after_at OR (admitted_at = p_after_at AND run_id > p_after_id))
ORDER BY admitted_at, run_id
LIMIT p_limit;
