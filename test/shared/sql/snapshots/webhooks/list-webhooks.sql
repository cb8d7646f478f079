-- list-webhooks: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_onboarding_id STRING;
DECLARE p_webhook_id STRING;

SELECT
  webhook_id, tenant_id, onboarding_id, url, event_types, description, state, reason, secret_version,
  previous_secret_until, failing_since, disabled_told_at, created_at, created_by, updated_at, version
FROM webhooks
WHERE
  tenant_id = p_tenant_id AND IFNULL(onboarding_id, '') = IFNULL(p_onboarding_id, '')
  AND (p_webhook_id IS NULL OR webhook_id = p_webhook_id)
ORDER BY created_at, webhook_id;
