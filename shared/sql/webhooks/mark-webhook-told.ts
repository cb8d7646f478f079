import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Notes that the owner of a disabled webhook was told of it. */
export const markWebhookTold = defineStatement({
  name: 'mark-webhook-told',
  sql: `
UPDATE webhooks
SET disabled_told_at = @now
WHERE webhook_id = @webhook_id AND state = 'disabled' AND disabled_told_at IS NULL`,
  parameters: { webhook_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
