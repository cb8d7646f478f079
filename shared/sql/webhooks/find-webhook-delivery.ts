import { z } from 'zod';
import { string } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** The event of a delivery to a webhook: no row where nothing was attempted under this id since `from`. */
export const findWebhookDelivery = defineStatement({
  name: 'find-webhook-delivery',
  sql: `
SELECT event
FROM webhook_deliveries
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id AND delivery_id = @delivery_id AND attempted_at >= @from
LIMIT 1`,
  parameters: { tenant_id: 'STRING', webhook_id: 'STRING', delivery_id: 'STRING', from: 'TIMESTAMP' },
  row: z.object({ event: string }),
});
