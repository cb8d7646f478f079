-- find-step-record: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_run_id STRING;
DECLARE p_step_id STRING;

SELECT started_at, ended_at
FROM step_logs
WHERE run_id = p_run_id AND step_id = p_step_id AND status = 'COMPLETED'
ORDER BY recorded_at
LIMIT 1;
