-- release-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_run_ids ARRAY<STRING>;
DECLARE p_now TIMESTAMP;

UPDATE tenants AS tenant
SET
  active_runs = ARRAY(
    SELECT slot FROM UNNEST(tenant.active_runs) AS slot WITH OFFSET AS position
    WHERE slot.run_id NOT IN UNNEST(ledger.run_ids)
    ORDER BY position),
  current_running_pipelines = (
    SELECT COUNT(*) FROM UNNEST(tenant.active_runs) AS slot
    WHERE slot.lease_expires_at > p_now AND slot.run_id NOT IN UNNEST(ledger.run_ids)),
  updated_at = p_now
FROM (
  SELECT IFNULL(ARRAY_AGG(DISTINCT run_id), []) AS run_ids
  FROM pipeline_runs
  WHERE run_id IN UNNEST(p_run_ids)
) AS ledger
WHERE tenant.tenant_id = p_tenant_id
  AND EXISTS (SELECT 1 FROM UNNEST(tenant.active_runs) AS slot WHERE slot.run_id IN UNNEST(ledger.run_ids));

SELECT slot.run_id
FROM tenants, UNNEST(active_runs) AS slot
WHERE tenant_id = p_tenant_id AND slot.run_id IN UNNEST(p_run_ids);
