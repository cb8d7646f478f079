-- note-key-uses: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_ids ARRAY<STRING>;
DECLARE p_hour TIMESTAMP;

UPDATE api_keys
SET last_used_at = p_hour
WHERE key_id IN UNNEST(p_key_ids) AND (last_used_at IS NULL OR last_used_at < p_hour);
