-- block-api-key: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_key_id STRING;
DECLARE p_now TIMESTAMP;

UPDATE tenants
SET
  revoked_keys = ARRAY(
    SELECT AS STRUCT key_id, revoked_at
    FROM UNNEST(revoked_keys)
    WHERE revoked_at > TIMESTAMP_SUB(p_now, INTERVAL 2 HOUR) AND key_id != p_key_id
    UNION ALL
    SELECT AS STRUCT p_key_id AS key_id, p_now AS revoked_at),
  updated_at = p_now
WHERE tenant_id = p_tenant_id
  AND EXISTS (SELECT 1 FROM api_keys WHERE key_id = p_key_id AND revoked_at IS NULL);
