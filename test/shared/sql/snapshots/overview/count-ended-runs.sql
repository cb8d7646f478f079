-- count-ended-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_ended_from TIMESTAMP;

SELECT
  hour,
  pipeline,
  COUNT(*) AS runs,
  COUNTIF(status = 'COMPLETED') AS completed,
  COUNTIF(status = 'FAILED') AS failed,
  COUNTIF(status = 'CANCELLED') AS cancelled,
  COUNT(DISTINCT IF(status = 'FAILED', tenant_id, NULL)) AS failing_tenants,
  MAX(IF(status = 'FAILED', ended_at, NULL)) AS last_failed_at,
  ARRAY_AGG(IF(status = 'FAILED', error_code, NULL) IGNORE NULLS ORDER BY ended_at DESC LIMIT 1)[SAFE_OFFSET(0)]
    AS last_error_code,
  ARRAY_AGG(IF(status = 'FAILED', STRUCT(tenant_id, run_id), NULL) IGNORE NULLS ORDER BY ended_at DESC LIMIT 1)[SAFE_OFFSET(0)]
    AS last_failed
FROM (
  SELECT tenant_id, run_id, pipeline, status, error_code, ended_at, TIMESTAMP_TRUNC(ended_at, HOUR) AS hour
  FROM (
    SELECT *
    FROM all_runs
    WHERE admitted_at >= p_from AND admitted_at < p_to
      AND TRUE
    QUALIFY
      ROW_NUMBER() OVER (PARTITION BY tenant_id, run_id, admitted_at ORDER BY recorded_at, status, ended_at) = 1
  )
)
WHERE ended_at >= p_ended_from
GROUP BY GROUPING SETS ((hour), (pipeline))
ORDER BY hour, pipeline;
