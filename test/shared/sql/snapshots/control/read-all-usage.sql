-- read-all-usage: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_by_day BOOL;
DECLARE p_by_status BOOL;
DECLARE p_after_tenant STRING;
DECLARE p_limit INT64;

WITH
  runs AS (
    SELECT
      tenant_id, FORMAT_TIMESTAMP(IF(p_by_day, '%Y-%m-%d', '%Y-%m'), admitted_at) AS period,
      IF(p_by_status, status, pipeline) AS name, status,
      GREATEST(TIMESTAMP_DIFF(ended_at, IFNULL(handed_on_at, admitted_at), MILLISECOND), 0) AS slot_ms,
      GREATEST(duration_ms, 0) AS duration_ms, rows_written, bytes_processed, bytes_billed
    FROM (
    SELECT *
    FROM all_runs
    WHERE admitted_at >= p_from AND admitted_at < p_to
      AND (p_after_tenant IS NULL OR tenant_id > p_after_tenant)
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY tenant_id, run_id, admitted_at ORDER BY recorded_at, status, ended_at) = 1
    )
  ),
  page AS (SELECT DISTINCT tenant_id FROM runs ORDER BY tenant_id LIMIT p_limit)
SELECT
  tenant_id,
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
FROM runs
JOIN page USING (tenant_id)
GROUP BY GROUPING SETS ((tenant_id, period, name), (tenant_id))
ORDER BY tenant_id, period, name;
