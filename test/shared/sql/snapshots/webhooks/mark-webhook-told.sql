-- mark-webhook-told: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_webhook_id STRING;
DECLARE p_now TIMESTAMP;

UPDATE webhooks
SET disabled_told_at = p_now
WHERE webhook_id = p_webhook_id AND state = 'disabled' AND disabled_told_at IS NULL;
