-- insert-webhook: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_webhook_id STRING;
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_url STRING;
DECLARE p_event_types ARRAY<STRING>;
DECLARE p_description STRING;
DECLARE p_created_by STRING;
DECLARE p_now TIMESTAMP;
DECLARE p_most INT64;

INSERT INTO webhooks
  (webhook_id, tenant_id, onboarding_id, url, event_types, description, state, secret_version, created_at, created_by, updated_at)
SELECT p_webhook_id, p_tenant_id, p_onboarding_id, p_url, p_event_types, p_description, 'active', 1, p_now, p_created_by, p_now
FROM (
  SELECT COUNT(*) AS webhooks, COUNTIF(webhook_id = p_webhook_id) AS same
  FROM webhooks
  WHERE
  tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = IFNULL(p_onboarding_id, '')
)
WHERE webhooks < p_most AND same = 0;

SELECT
  webhook_id, tenant_id, onboarding_id, url, event_types, description, state, reason, secret_version,
  previous_secret_until, failing_since, disabled_told_at, created_at, created_by, updated_at, version
FROM webhooks
WHERE webhook_id = p_webhook_id;
