-- list-valid-keys: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;

SELECT key_id, key_hash, expires_at, scopes, pipelines, last_used_at
FROM api_keys
WHERE tenant_id = p_tenant_id AND revoked_at IS NULL
ORDER BY created_at DESC, key_id
LIMIT 10000;
