import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * Attempts of deliveries to a webhook, youngest first, with how many there had been of the same delivery by then, since
 * `counted_from`. A row that was streamed twice is listed once. A filter that is NULL lets all pass. `until_at` and
 * `until_id` are the place after which the page begins.
 */
export const listWebhookDeliveries = defineStatement({
  name: 'list-webhook-deliveries',
  sql: `
SELECT
  attempt_id, delivery_id, event_id, event_type, attempt, attempted_at, duration_ms, status, failure, answer, outcome
FROM (
  SELECT
    *, ROW_NUMBER() OVER (PARTITION BY delivery_id ORDER BY attempted_at, attempt_id) AS attempt
  FROM (
    SELECT *
    FROM webhook_deliveries
    WHERE tenant_id = @tenant_id
      AND webhook_id = @webhook_id
      AND attempted_at >= @counted_from
      AND attempted_at < @to
    QUALIFY ROW_NUMBER() OVER (PARTITION BY attempt_id ORDER BY attempted_at) = 1
  )
)
WHERE attempted_at >= @from
  AND (@outcome IS NULL OR outcome = @outcome)
  AND (@until_at IS NULL OR attempted_at < @until_at OR (attempted_at = @until_at AND attempt_id < @until_id))
ORDER BY attempted_at DESC, attempt_id DESC
LIMIT @most`,
  parameters: {
    tenant_id: 'STRING',
    webhook_id: 'STRING',
    from: 'TIMESTAMP',
    counted_from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    outcome: 'STRING',
    until_at: 'TIMESTAMP',
    until_id: 'STRING',
    most: 'INT64',
  },
  row: z.object({
    attempt_id: string,
    delivery_id: string,
    event_id: string,
    event_type: string,
    attempt: integer,
    attempted_at: timestamp,
    duration_ms: integer,
    status: integer.nullable(),
    failure: string.nullable(),
    answer: string.nullable(),
    outcome: string,
  }),
});
