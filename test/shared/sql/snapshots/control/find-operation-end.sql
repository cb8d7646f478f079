-- find-operation-end: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_operation_id STRING;
DECLARE p_from TIMESTAMP;

SELECT
  IFNULL(LOGICAL_OR(state IN ('done', 'failed', 'aborted')), FALSE) AS is_ended,
  IFNULL(
    ARRAY_AGG(
      IF(state IN ('paused', 'resumed'), state, NULL) IGNORE NULLS ORDER BY recorded_at DESC, state DESC LIMIT 1
    )[SAFE_OFFSET(0)] = 'paused',
    FALSE
  ) AS is_paused
FROM operations
WHERE operation_id = p_operation_id AND started_at >= p_from;
