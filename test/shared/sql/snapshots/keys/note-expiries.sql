-- note-expiries: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_key_ids ARRAY<STRING>;
DECLARE p_days INT64;

UPDATE api_keys
SET expiry_told_days = p_days
WHERE key_id IN UNNEST(p_key_ids) AND (expiry_told_days IS NULL OR expiry_told_days > p_days);
