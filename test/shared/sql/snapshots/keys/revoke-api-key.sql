-- revoke-api-key: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_id STRING;
DECLARE p_now TIMESTAMP;

UPDATE api_keys SET revoked_at = p_now WHERE key_id = p_key_id AND revoked_at IS NULL;
