-- rotate-api-key: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_id STRING;
DECLARE p_new_key_id STRING;
DECLARE p_tenant_id STRING;
DECLARE p_key_hash STRING;
DECLARE p_last_four STRING;
DECLARE p_created_by STRING;
DECLARE p_ends_at TIMESTAMP;
DECLARE p_now TIMESTAMP;

MERGE api_keys AS key
USING (
  SELECT IF(is_new, p_new_key_id, key_id) AS key_id, name, scopes, pipelines, expires_at
  FROM api_keys, UNNEST([FALSE, TRUE]) AS is_new
  WHERE key_id = p_key_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > p_now)
) AS source
ON key.key_id = source.key_id
WHEN MATCHED AND key.key_id = p_key_id THEN
  UPDATE SET expires_at = LEAST(IFNULL(key.expires_at, p_ends_at), IFNULL(p_ends_at, key.expires_at))
WHEN NOT MATCHED THEN
  INSERT (key_id, tenant_id, key_hash, last_four, name, scopes, pipelines, created_at, created_by, expires_at, replaces)
  VALUES (source.key_id, p_tenant_id, p_key_hash, p_last_four, source.name, source.scopes, source.pipelines, p_now, p_created_by, source.expires_at, p_key_id);
