-- list-webhook-deliveries: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_tenant_id STRING;
DECLARE p_webhook_id STRING;
DECLARE p_from TIMESTAMP;
DECLARE p_counted_from TIMESTAMP;
DECLARE p_to TIMESTAMP;
DECLARE p_outcome STRING;
DECLARE p_until_at TIMESTAMP;
DECLARE p_until_id STRING;
DECLARE p_most INT64;

SELECT
  attempt_id, delivery_id, event_id, event_type, attempt, attempted_at, duration_ms, status, failure, answer, outcome
FROM (
  SELECT
    *, ROW_NUMBER() OVER (PARTITION BY delivery_id ORDER BY attempted_at, attempt_id) AS attempt
  FROM (
    SELECT *
    FROM webhook_deliveries
    WHERE tenant_id = p_tenant_id
      AND webhook_id = p_webhook_id
      AND attempted_at >= p_counted_from
      AND attempted_at < p_to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY attempt_id ORDER BY attempted_at) = 1
  )
)
WHERE attempted_at >= p_from
  AND (p_outcome IS NULL OR outcome = p_outcome)
  AND (p_until_at IS NULL OR attempted_at < p_until_at OR (attempted_at = p_until_at AND attempt_id < p_until_id))
ORDER BY attempted_at DESC, attempt_id DESC
LIMIT p_most;
