-- find-webhook-delivery: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_webhook_id STRING;
DECLARE p_delivery_id STRING;
DECLARE p_from TIMESTAMP;

SELECT event
FROM webhook_deliveries
WHERE tenant_id = p_tenant_id AND webhook_id = p_webhook_id AND delivery_id = p_delivery_id AND attempted_at >= p_from
LIMIT 1;
