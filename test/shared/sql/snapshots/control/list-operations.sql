-- list-operations: the text that is sent, for the BigQuery console. Default dataset: a tenant's.
-- Query parameters (@name) are variables here (p_name): give them values.
DECLARE p_operation_id STRING;
DECLARE p_tenant_id STRING;
DECLARE p_kind STRING;
DECLARE p_state STRING;
DECLARE p_until_at TIMESTAMP;
DECLARE p_until_id STRING;
DECLARE p_most INT64;

WITH listed AS (
  SELECT
    operation_id, started_at, kind, tenant_id, started_by_kind, started_by, filter, reason, recorded_at, state,
    CASE state WHEN 'waiting' THEN 0 WHEN 'running' THEN 1 WHEN 'paused' THEN 2 WHEN 'done' THEN 3 WHEN 'failed' THEN 4 WHEN 'aborted' THEN 5 END AS rank, IF(state IN ('done', 'failed', 'aborted'), recorded_at, NULL) AS ending_at, planned, problem, items
  FROM operations
  WHERE (p_operation_id IS NULL OR operation_id = p_operation_id)
    AND (p_tenant_id IS NULL OR tenant_id = p_tenant_id)
    AND (p_kind IS NULL OR kind = p_kind)
    AND (p_until_at IS NULL OR started_at < p_until_at OR (started_at = p_until_at AND operation_id < p_until_id))
),
page AS (
  SELECT
    operation_id,
    MIN(started_at) AS started_at,
    ANY_VALUE(kind) AS kind,
    ANY_VALUE(tenant_id) AS tenant_id,
    ANY_VALUE(started_by_kind) AS started_by_kind,
    ANY_VALUE(started_by) AS started_by,
    ANY_VALUE(filter) AS filter,
    ANY_VALUE(reason) AS reason,
    IF(
      MIN(ending_at) IS NULL AND IFNULL(
        ARRAY_AGG(
      IF(state IN ('paused', 'resumed'), state, NULL) IGNORE NULLS ORDER BY recorded_at DESC, state DESC LIMIT 1
    )[SAFE_OFFSET(0)] = 'paused',
        FALSE),
      'paused',
      IFNULL(
        ARRAY_AGG(
          IF(state IN ('paused', 'resumed'), NULL, state) IGNORE NULLS
          ORDER BY ending_at IS NULL, ending_at, rank DESC LIMIT 1
        )[SAFE_OFFSET(0)],
        'waiting')) AS state,
    LOGICAL_OR(planned IS NOT NULL) AS is_planned,
    MAX(recorded_at) AS updated_at,
    MIN(ending_at) AS ended_at,
    ARRAY_AGG(problem IGNORE NULLS ORDER BY recorded_at DESC LIMIT 1) AS own_problems
  FROM listed
  GROUP BY operation_id
  HAVING p_state IS NULL OR state = p_state
  ORDER BY started_at DESC, operation_id DESC
  LIMIT p_most
),
outcomes AS (
  SELECT
    operation_id, item.tenant_id, item.item_id,
    ARRAY_AGG(item.outcome ORDER BY CASE item.outcome WHEN 'planned' THEN 0 WHEN 'failed' THEN 1 WHEN 'skipped' THEN 2 WHEN 'done' THEN 3 END DESC LIMIT 1)[OFFSET(0)] AS outcome,
    MAX(item.problem) AS message
  FROM listed, UNNEST(items) AS item
  WHERE operation_id IN (SELECT operation_id FROM page)
  GROUP BY operation_id, item.tenant_id, item.item_id
),
counts AS (
  SELECT
    operation_id,
    COUNT(*) AS total,
    COUNTIF(outcome = 'done') AS done,
    COUNTIF(outcome = 'skipped') AS skipped,
    COUNTIF(outcome = 'failed') AS failed,
    ARRAY_AGG(
      IF(outcome = 'failed', STRUCT(tenant_id, item_id, IFNULL(message, '') AS message), NULL)
      IGNORE NULLS ORDER BY tenant_id, item_id LIMIT 10
    ) AS problems
  FROM outcomes
  GROUP BY operation_id
)
SELECT
  page.operation_id, started_at, kind, tenant_id, started_by_kind, started_by, filter, reason, state, is_planned,
  IFNULL(IF(page.state = 'done', done + skipped + failed, total), 0) AS total,
  IFNULL(done, 0) AS done,
  IFNULL(skipped, 0) AS skipped,
  IFNULL(failed, 0) AS failed,
  updated_at,
  ended_at,
  ARRAY_CONCAT(
    ARRAY(SELECT AS STRUCT CAST(NULL AS STRING) AS tenant_id, CAST(NULL AS STRING) AS item_id, own AS message FROM UNNEST(own_problems) AS own WHERE page.state IN ('paused', 'failed')),
    IFNULL(problems, [])
  ) AS problems
FROM page LEFT JOIN counts ON counts.operation_id = page.operation_id
ORDER BY started_at DESC, page.operation_id DESC;
