-- list-runs-to-rerun: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_status STRING;
DECLARE p_pipeline STRING;
DECLARE p_pipelines ARRAY<STRING>;
DECLARE p_limit INT64;

WITH
  recorded AS (
    SELECT run_id, pipeline, rerun_of, status, admitted_at
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE admitted_at >= p_from
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE admitted_at >= p_from
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
  )
SELECT run_id
FROM recorded
WHERE admitted_at < p_to
  AND (p_status IS NULL OR status = p_status)
  AND (p_pipeline IS NULL OR pipeline = p_pipeline)
  AND (
    ARRAY_LENGTH(p_pipelines) = 0
    OR EXISTS (
      SELECT 1
      FROM UNNEST(p_pipelines) AS allowed
      WHERE allowed = pipeline
        OR (ENDS_WITH(allowed, '/*') AND STARTS_WITH(pipeline, SUBSTR(allowed, 1, LENGTH(allowed) - 1)))
    )
  )
  AND run_id NOT IN (
    SELECT rerun_of FROM recorded WHERE rerun_of IS NOT NULL
    UNION ALL
    SELECT slot.rerun_of
    FROM tenants, UNNEST(active_runs) AS slot
    WHERE tenant_id = p_tenant_id AND slot.rerun_of IS NOT NULL
  )
ORDER BY admitted_at DESC, run_id DESC
LIMIT p_limit;
