-- find-recorded-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;

SELECT *
FROM pipeline_runs
WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= p_from AND admitted_at < p_to
QUALIFY ROW_NUMBER() OVER (PARTITION BY run_id ORDER BY recorded_at, status, ended_at) = 1;
