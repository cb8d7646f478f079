-- deny-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_from TIMESTAMP;
DECLARE p_now TIMESTAMP;

UPDATE tenants AS tenant
SET withdrawn_runs = ARRAY(
    SELECT AS STRUCT run_id, withdrawn_at
    FROM UNNEST(tenant.withdrawn_runs)
    WHERE withdrawn_at > TIMESTAMP_SUB(p_now, INTERVAL 1 HOUR) AND run_id NOT IN UNNEST(p_run_ids)
    UNION ALL
    SELECT AS STRUCT run_id, p_now AS withdrawn_at FROM UNNEST(p_run_ids) AS run_id), updated_at = p_now
WHERE tenant_id = p_tenant_id
  AND NOT EXISTS (SELECT 1 FROM UNNEST(active_runs) AS slot WHERE slot.run_id IN UNNEST(p_run_ids))
  AND NOT EXISTS (SELECT 1 FROM UNNEST(settled_runs) AS settled WHERE settled.run_id IN UNNEST(p_run_ids))
  AND NOT EXISTS (SELECT 1 FROM pipeline_runs WHERE run_id IN UNNEST(p_run_ids) AND admitted_at >= p_from);
