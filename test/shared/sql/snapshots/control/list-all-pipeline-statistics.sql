-- list-all-pipeline-statistics: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;

SELECT
  pipeline,
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  APPROX_QUANTILES(IF(status = 'COMPLETED', duration_ms, NULL), 100)[SAFE_OFFSET(50)] AS p50_ms,
  APPROX_QUANTILES(IF(status = 'COMPLETED', duration_ms, NULL), 100)[SAFE_OFFSET(95)] AS p95_ms,
  MAX(admitted_at) AS last_run_at,
  MAX(IF(status = 'FAILED', ended_at, NULL)) AS last_failed_at
FROM (
  SELECT pipeline, status, admitted_at, ended_at, GREATEST(duration_ms, 0) AS duration_ms
  FROM (
    SELECT *
    FROM all_runs
    WHERE admitted_at >= p_from AND admitted_at < p_to
      AND TRUE
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY tenant_id, run_id, admitted_at ORDER BY recorded_at, status, ended_at) = 1
  )
)
GROUP BY pipeline
ORDER BY pipeline;
