-- note-webhook-health: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_webhook_id STRING;
DECLARE p_failing_since TIMESTAMP;

UPDATE webhooks
SET failing_since = p_failing_since
WHERE webhook_id = p_webhook_id
  AND state = 'active'
  AND (failing_since IS NULL) = (p_failing_since IS NOT NULL);
