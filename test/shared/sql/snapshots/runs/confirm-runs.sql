-- confirm-runs: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_until TIMESTAMP;

UPDATE tenants
SET confirmed_until = p_until
WHERE tenant_id = p_tenant_id AND (confirmed_until IS NULL OR confirmed_until < p_until);
