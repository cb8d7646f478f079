-- delete-schedule: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_schedule_id STRING;
DECLARE p_version INT64;

DELETE FROM schedules
WHERE tenant_id = p_tenant_id AND schedule_id = p_schedule_id AND version = p_version;
