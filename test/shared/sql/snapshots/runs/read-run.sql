-- read-run: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_id STRING;
DECLARE p_admitted_from TIMESTAMP;
DECLARE p_admitted_to TIMESTAMP;
DECLARE p_recorded_to TIMESTAMP;

SELECT
  run.*,
  (SELECT onboarding_id FROM tenants WHERE tenant_id = p_tenant_id) AS onboarding_id,
  (SELECT max_concurrent_pipelines FROM tenants WHERE tenant_id = p_tenant_id) AS max_concurrent_pipelines,
  (SELECT mean_run_ms FROM tenants WHERE tenant_id = p_tenant_id) AS mean_run_ms,
  ARRAY(
    SELECT AS STRUCT
      step_id, step_type, attempt, status, job_id, started_at, ended_at, rows_written, bytes_processed,
      bytes_billed, error_code, error_message, bad_records, file_format, warnings, definition_hash, watermark
    FROM step_logs
    WHERE run_id = p_run_id AND started_at >= p_admitted_from AND started_at < p_recorded_to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY step_id, attempt ORDER BY recorded_at) = 1
    ORDER BY step_id, attempt
  ) AS attempts,
  ARRAY(
    SELECT AS STRUCT
      step_id, check_name, check_type, severity, passed, observed, expected, failing_rows, message
    FROM dq_results
    WHERE run_id = p_run_id AND recorded_at >= p_admitted_from AND recorded_at < p_recorded_to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY step_id, check_name ORDER BY recorded_at) = 1
    ORDER BY step_id, check_name
  ) AS checks,
  ARRAY(
    SELECT run_id
    FROM (
      SELECT run_id, admitted_at FROM pipeline_runs WHERE rerun_of = p_run_id AND admitted_at >= p_admitted_from
      UNION ALL
      SELECT settled.run_id, settled.admitted_at
      FROM tenants, UNNEST(settled_runs) AS settled
      WHERE tenant_id = p_tenant_id AND settled.rerun_of = p_run_id
      UNION ALL
      SELECT slot.run_id, slot.admitted_at
      FROM tenants, UNNEST(active_runs) AS slot
      WHERE tenant_id = p_tenant_id AND slot.rerun_of = p_run_id
    )
    GROUP BY run_id
    ORDER BY MIN(admitted_at), run_id
    LIMIT 100
  ) AS reruns
FROM (
    SELECT 
      run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, 
      status, error_code, error_message, failed_step, admitted_at, started_at, ended_at, duration_ms, rows_written,
      bytes_processed, bytes_billed, watermark,
      handed_on_at, CAST(NULL AS TIMESTAMP) AS lease_expires_at, CAST(NULL AS TIMESTAMP) AS queued_until,
      CAST(NULL AS INT64) AS queue_place
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE run_id = p_run_id AND admitted_at >= p_admitted_from AND admitted_at < p_admitted_to
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE run_id = p_run_id AND admitted_at >= p_admitted_from AND admitted_at < p_admitted_to
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.parameters, slot.trigger, slot.request_hash,
    slot.actor_kind, slot.actor, slot.address, slot.request_id, slot.rerun_of, slot.instructions, 
    IF(slot.queued_until IS NULL, 'ADMITTED', 'QUEUED'), NULL, NULL, NULL, slot.admitted_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, slot.handed_on_at,
    IF(slot.queued_until IS NULL, slot.lease_expires_at, NULL), slot.queued_until,
    (SELECT place FROM (
      SELECT run_id, ROW_NUMBER() OVER (ORDER BY turn, position) AS place
      FROM (
        SELECT run_id, TIMESTAMP_SUB(admitted_at, INTERVAL IFNULL(priority, 0) SECOND) AS turn, IFNULL(slots, 1) AS slots, concurrency_key, concurrency_limit, position
        FROM UNNEST(active_runs) WITH OFFSET AS position
        WHERE queued_until IS NOT NULL
      )) WHERE run_id = slot.run_id)
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = p_tenant_id AND slot.run_id = p_run_id
) AS run
ORDER BY status IN ('ADMITTED', 'QUEUED')
LIMIT 1;
