-- list-unrecorded-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT settled.*
FROM tenants, UNNEST(settled_runs) AS settled
WHERE tenant_id = p_tenant_id AND settled.run_id NOT IN (SELECT run_id FROM pipeline_runs)
ORDER BY settled.recorded_at, settled.run_id
LIMIT 200;
