-- disable-schedules: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_reason STRING;
DECLARE p_now TIMESTAMP;

UPDATE schedules
SET state = 'disabled', reason = p_reason, version = version + 1, updated_at = p_now
WHERE tenant_id = p_tenant_id AND state != 'disabled';
