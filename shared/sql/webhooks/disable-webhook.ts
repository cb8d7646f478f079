import { defineStatement } from '../define-statement';
import { webhookColumns, webhookRow } from './webhook-row';

/**
 * Disables an active webhook, and reads it back. With `failing_before` only one that has failed since before that time,
 * and to which nothing was delivered since: what an instance noted may have been overtaken by another's success. No row
 * where it was deleted.
 */
export const disableWebhook = defineStatement({
  name: 'disable-webhook',
  sql: `
UPDATE webhooks AS webhook
SET state = 'disabled', reason = @reason, disabled_told_at = NULL, version = IFNULL(version, 0) + 1, updated_at = @now
WHERE webhook_id = @webhook_id
  AND state = 'active'
  AND (@failing_before IS NULL OR (
    failing_since <= @failing_before
    AND NOT EXISTS (
      SELECT 1
      FROM webhook_deliveries AS delivery
      WHERE delivery.webhook_id = @webhook_id
        AND delivery.attempted_at >= @failing_before
        AND delivery.outcome = 'delivered')));

SELECT${webhookColumns}
FROM webhooks
WHERE webhook_id = @webhook_id`,
  parameters: {
    webhook_id: 'STRING',
    reason: 'STRING',
    failing_before: 'TIMESTAMP',
    now: 'TIMESTAMP',
  },
  row: webhookRow,
});
