-- keep-only-api-key: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_id STRING;

DELETE FROM api_keys WHERE key_id != p_key_id AND created_by = 'onboard';
