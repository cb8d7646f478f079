-- rotate-webhook-secret: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_webhook_id STRING;
DECLARE p_secret_version INT64;
DECLARE p_previous_until TIMESTAMP;
DECLARE p_now TIMESTAMP;

UPDATE webhooks
SET
  secret_version = secret_version + 1,
  previous_secret_until = p_previous_until,
  updated_at = p_now
WHERE tenant_id = p_tenant_id AND webhook_id = p_webhook_id AND secret_version = p_secret_version;
