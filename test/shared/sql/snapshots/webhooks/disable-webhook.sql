-- disable-webhook: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_webhook_id STRING;
DECLARE p_reason STRING;
DECLARE p_failing_before TIMESTAMP;
DECLARE p_now TIMESTAMP;

UPDATE webhooks AS webhook
SET state = 'disabled', reason = p_reason, disabled_told_at = NULL, version = IFNULL(version, 0) + 1, updated_at = p_now
WHERE webhook_id = p_webhook_id
  AND state = 'active'
  AND (p_failing_before IS NULL OR (
    failing_since <= p_failing_before
    AND NOT EXISTS (
      SELECT 1
      FROM webhook_deliveries AS delivery
      WHERE delivery.webhook_id = p_webhook_id
        AND delivery.attempted_at >= p_failing_before
        AND delivery.outcome = 'delivered')));

SELECT
  webhook_id, tenant_id, onboarding_id, url, event_types, description, state, reason, secret_version,
  previous_secret_until, failing_since, disabled_told_at, created_at, created_by, updated_at, version
FROM webhooks
WHERE webhook_id = p_webhook_id;
