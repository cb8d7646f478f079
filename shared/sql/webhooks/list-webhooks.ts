import { defineStatement } from '../define-statement';
import { ofTenantsLife, webhookColumns, webhookRow } from './webhook-row';

/** A tenant's webhooks of this life, oldest first; one of them where `webhook_id` is given. From the control dataset. */
export const listWebhooks = defineStatement({
  name: 'list-webhooks',
  sql: `
SELECT${webhookColumns}
FROM webhooks
WHERE${ofTenantsLife}
  AND (@webhook_id IS NULL OR webhook_id = @webhook_id)
ORDER BY created_at, webhook_id`,
  parameters: { tenant_id: 'STRING', onboarding_id: 'STRING', webhook_id: 'STRING' },
  row: webhookRow,
});
