import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Removes a webhook; what was delivered to it stays in the log. `affectedRows` is 0 where there is none. */
export const deleteWebhook = defineStatement({
  name: 'delete-webhook',
  sql: `
DELETE FROM webhooks
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id`,
  parameters: { tenant_id: 'STRING', webhook_id: 'STRING' },
  row: z.unknown(),
});
