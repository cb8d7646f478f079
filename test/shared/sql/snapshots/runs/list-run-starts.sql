-- list-run-starts: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_actor STRING;
DECLARE p_until_at TIMESTAMP;
DECLARE p_until_id STRING;
DECLARE p_most INT64;

WITH
  recorded AS (
    SELECT run_id, pipeline, trigger, admitted_at, actor_kind, actor, address, request_id
    FROM (
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM pipeline_runs
      WHERE admitted_at >= p_from AND admitted_at < p_to AND admitted_at <= IFNULL(p_until_at, p_to)
      UNION ALL
      SELECT
        run_id, pipeline, parameters, trigger, request_hash, actor_kind, actor, address, request_id, rerun_of, instructions, status, error_code,
        error_message, failed_step, admitted_at, handed_on_at, started_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms, rows_written,
        bytes_processed, bytes_billed, watermark, recorded_at
      FROM (SELECT settled.* FROM tenants, UNNEST(settled_runs) AS settled WHERE tenant_id = p_tenant_id)
      WHERE admitted_at >= p_from AND admitted_at < p_to AND admitted_at <= IFNULL(p_until_at, p_to)
    )
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
  )
SELECT *
FROM (
  SELECT * FROM recorded
  UNION ALL
  SELECT
    slot.run_id, slot.pipeline, slot.trigger, slot.admitted_at,
    slot.actor_kind, slot.actor, slot.address, slot.request_id
  FROM tenants, UNNEST(active_runs) AS slot
  WHERE tenant_id = p_tenant_id
    AND slot.admitted_at >= p_from AND slot.admitted_at < p_to
    AND slot.run_id NOT IN (SELECT run_id FROM recorded)
)
WHERE actor IS NOT NULL
  AND (p_actor IS NULL OR actor = p_actor)
  AND (p_until_at IS NULL OR admitted_at < p_until_at OR (admitted_at = p_until_at AND run_id < p_until_id))
ORDER BY admitted_at DESC, run_id DESC
LIMIT p_most;
