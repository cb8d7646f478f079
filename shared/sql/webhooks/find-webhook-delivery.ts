import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** The event of a delivery to a webhook: no row where nothing was ever attempted under this id. */
export const findWebhookDelivery = defineStatement({
  name: 'find-webhook-delivery',
  sql: `
SELECT event
FROM webhook_deliveries
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id AND delivery_id = @delivery_id
LIMIT 1`,
  parameters: { tenant_id: 'STRING', webhook_id: 'STRING', delivery_id: 'STRING' },
  row: z.object({ event: string }),
});
