-- list-stalled-operations: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_since TIMESTAMP;
DECLARE p_moved_before TIMESTAMP;

SELECT operation_id, MIN(started_at) AS started_at, MAX(recorded_at) AS updated_at
FROM operations
WHERE started_at >= p_since
GROUP BY operation_id
HAVING NOT LOGICAL_OR(state IN ('done', 'failed', 'aborted'))
  AND MAX(recorded_at) < p_moved_before
  AND NOT IFNULL(
    ARRAY_AGG(
      IF(state IN ('paused', 'resumed'), state, NULL) IGNORE NULLS ORDER BY recorded_at DESC, state DESC LIMIT 1
    )[SAFE_OFFSET(0)] = 'paused',
    FALSE)
ORDER BY started_at
LIMIT 100;
