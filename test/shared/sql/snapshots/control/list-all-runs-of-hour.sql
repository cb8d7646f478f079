-- list-all-runs-of-hour: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;

SELECT DISTINCT run_id
FROM all_runs
WHERE tenant_id = p_tenant_id AND admitted_at >= p_from AND admitted_at < p_to;
