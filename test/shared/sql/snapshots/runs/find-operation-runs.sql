-- find-operation-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_from TIMESTAMP;
DECLARE p_key_id STRING;
DECLARE p_now TIMESTAMP;

SELECT
  created_at,
  p_key_id = '' OR EXISTS (
    SELECT 1
    FROM api_keys
    WHERE key_id = p_key_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > p_now)
  ) AS is_key_valid,
  ARRAY(
    SELECT AS STRUCT run_id, status, error_message
    FROM (
    SELECT run_id, status, error_message
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= p_from
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= p_from
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
    )
  ) AS ended,
  ARRAY(SELECT slot.run_id FROM UNNEST(active_runs) AS slot WHERE slot.run_id IN UNNEST(p_run_ids)) AS in_flight
FROM tenants
WHERE tenant_id = p_tenant_id;
