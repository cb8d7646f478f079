-- read-watermark: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_pipeline STRING;

SELECT watermark
FROM (
    SELECT run_id, status, watermark, recorded_at
    FROM pipeline_runs
    WHERE pipeline = p_pipeline
    QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1
)
WHERE status = 'COMPLETED' AND watermark IS NOT NULL
ORDER BY recorded_at DESC, run_id
LIMIT 1;
