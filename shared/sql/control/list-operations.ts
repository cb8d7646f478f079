import { z } from 'zod';
import { bool, integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import {
  headFields,
  isEnding,
  isPausedByRows,
  rankOfOutcome,
  rankOfState,
  stateSchema,
} from './operation-columns';

const operationSummary = z.object({
  ...headFields,
  state: stateSchema,
  /** Every item that it is about is known. */
  is_planned: bool,
  total: integer,
  done: integer,
  skipped: integer,
  failed: integer,
  updated_at: timestamp,
  ended_at: timestamp.nullable(),
  problems: z.array(z.object({ tenant_id: string.nullable(), item_id: string.nullable(), message: string })),
});
export type OperationSummary = z.infer<typeof operationSummary>;

/**
 * What operations have done, youngest first. A filter that is NULL lets all pass. `until_at` and `until_id` are the
 * place after which the page begins. An item counts once, however often it was written. Of several endings the first
 * counts, such as that of an abort and of a delivery that has done the last item. Of one that is done all is done: what
 * only a delivery has planned that died, and the one that ended it could not see, is no part of it.
 */
export const listOperations = defineStatement({
  name: 'list-operations',
  sql: `
WITH listed AS (
  SELECT
    operation_id, started_at, kind, tenant_id, started_by_kind, started_by, filter, reason, recorded_at, state,
    ${rankOfState} AS rank, IF(${isEnding}, recorded_at, NULL) AS ending_at, planned, problem, items
  FROM operations
  WHERE (@operation_id IS NULL OR operation_id = @operation_id)
    AND (@tenant_id IS NULL OR tenant_id = @tenant_id)
    AND (@kind IS NULL OR kind = @kind)
    AND (@until_at IS NULL OR started_at < @until_at OR (started_at = @until_at AND operation_id < @until_id))
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
        ${isPausedByRows},
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
  HAVING @state IS NULL OR state = @state
  ORDER BY started_at DESC, operation_id DESC
  LIMIT @most
),
outcomes AS (
  SELECT
    operation_id, item.tenant_id, item.item_id,
    ARRAY_AGG(item.outcome ORDER BY ${rankOfOutcome} DESC LIMIT 1)[OFFSET(0)] AS outcome,
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
ORDER BY started_at DESC, page.operation_id DESC`,
  parameters: {
    operation_id: 'STRING',
    tenant_id: 'STRING',
    kind: 'STRING',
    state: 'STRING',
    until_at: 'TIMESTAMP',
    until_id: 'STRING',
    most: 'INT64',
  },
  row: operationSummary,
});
