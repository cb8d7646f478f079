-- forget-schedules: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_before TIMESTAMP;

DELETE FROM schedules
WHERE state = 'disabled' AND updated_at < p_before;
