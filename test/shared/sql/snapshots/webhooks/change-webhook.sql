-- change-webhook: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_webhook_id STRING;
DECLARE p_version INT64;
DECLARE p_url STRING;
DECLARE p_sets_event_types BOOL;
DECLARE p_event_types ARRAY<STRING>;
DECLARE p_sets_description BOOL;
DECLARE p_description STRING;
DECLARE p_state STRING;
DECLARE p_now TIMESTAMP;

UPDATE webhooks
SET
  url = IFNULL(p_url, url),
  event_types = IF(p_sets_event_types, p_event_types, event_types),
  description = IF(p_sets_description, p_description, description),
  state = IFNULL(p_state, state),
  reason = IF(p_state IS NULL, reason, NULL),
  failing_since = IF(p_state IS NULL AND IFNULL(p_url, url) = url, failing_since, NULL),
  disabled_told_at = IF(p_state IS NULL, disabled_told_at, NULL),
  version = p_version + 1,
  updated_at = p_now
WHERE tenant_id = p_tenant_id AND webhook_id = p_webhook_id AND IFNULL(version, 0) = p_version;

SELECT
  webhook_id, tenant_id, onboarding_id, url, event_types, description, state, reason, secret_version,
  previous_secret_until, failing_since, disabled_told_at, created_at, created_by, updated_at, version
FROM webhooks
WHERE tenant_id = p_tenant_id AND webhook_id = p_webhook_id;
