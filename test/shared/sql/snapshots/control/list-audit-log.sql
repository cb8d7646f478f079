-- list-audit-log: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_tenant_id STRING;
DECLARE p_action STRING;
DECLARE p_actor STRING;
DECLARE p_until_at TIMESTAMP;
DECLARE p_until_id STRING;
DECLARE p_most INT64;

SELECT audit_id, occurred_at, request_id, actor_kind, actor, address, operation, tenant_id, target, before, after
FROM audit_log
WHERE occurred_at >= p_from
  AND occurred_at < p_to
  AND occurred_at <= IFNULL(p_until_at, p_to)
  AND (p_tenant_id IS NULL OR tenant_id = p_tenant_id)
  AND (p_action IS NULL OR operation = p_action)
  AND (p_actor IS NULL OR actor = p_actor)
  AND (p_until_at IS NULL OR occurred_at < p_until_at OR (occurred_at = p_until_at AND audit_id < p_until_id))
ORDER BY occurred_at DESC, audit_id DESC
LIMIT p_most;
