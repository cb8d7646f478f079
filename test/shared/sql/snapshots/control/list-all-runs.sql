-- list-all-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_tenant_id STRING;
DECLARE p_pipeline STRING;
DECLARE p_status STRING;
DECLARE p_error_code STRING;
DECLARE p_before_at TIMESTAMP;
DECLARE p_before_id STRING;
DECLARE p_limit INT64;

SELECT
  tenant_id, run_id, pipeline, trigger, actor_kind, actor, status, error_code, failed_step, admitted_at,
  started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written, bytes_processed, bytes_billed
FROM (
    SELECT *
    FROM all_runs
    WHERE admitted_at >= p_from AND admitted_at < p_to
      AND admitted_at <= IFNULL(p_before_at, p_to)
      AND (p_tenant_id IS NULL OR tenant_id = p_tenant_id)
      AND (p_pipeline IS NULL OR pipeline = p_pipeline)
      AND (p_before_at IS NULL OR admitted_at < p_before_at OR (admitted_at = p_before_at AND run_id < p_before_id))
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY tenant_id, run_id, admitted_at ORDER BY recorded_at, status, ended_at) = 1
)
WHERE (p_status IS NULL OR status = p_status)
  AND (p_error_code IS NULL OR error_code = p_error_code)
ORDER BY admitted_at DESC, run_id DESC
LIMIT p_limit;
