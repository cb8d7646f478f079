-- list-api-keys: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT key_id, last_four, name, scopes, pipelines, last_used_at, created_at, created_by, expires_at, revoked_at, replaces
FROM api_keys
WHERE tenant_id = p_tenant_id
ORDER BY created_at, key_id;
