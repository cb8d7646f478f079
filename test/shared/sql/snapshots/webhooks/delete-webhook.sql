-- delete-webhook: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_webhook_id STRING;
DECLARE p_version INT64;

DELETE FROM webhooks
WHERE tenant_id = p_tenant_id AND webhook_id = p_webhook_id AND IFNULL(version, 0) = p_version;
