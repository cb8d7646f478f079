import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Removes a webhook of this version; what was delivered to it stays in the log. `affectedRows` is 0 where there is none. */
export const deleteWebhook = defineStatement({
  name: 'delete-webhook',
  sql: `
DELETE FROM webhooks
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id AND IFNULL(version, 0) = @version`,
  parameters: { tenant_id: 'STRING', webhook_id: 'STRING', version: 'INT64' },
  row: z.unknown(),
});
