import { defineStatement } from '../define-statement';
import { ofTenantsLife, webhookColumns, webhookRow } from './webhook-row';

/**
 * Makes a webhook, unless its tenant has `most` of them, and reads it back: no row where it was not made. Repeated
 * with the same id it makes no other. Two at the same moment do not see each other.
 */
export const insertWebhook = defineStatement({
  name: 'insert-webhook',
  sql: `
INSERT INTO webhooks
  (webhook_id, tenant_id, onboarding_id, url, event_types, description, state, secret_version, created_at, created_by, updated_at)
SELECT @webhook_id, @tenant_id, @onboarding_id, @url, @event_types, @description, 'active', 1, @now, @created_by, @now
FROM (
  SELECT COUNT(*) AS webhooks, COUNTIF(webhook_id = @webhook_id) AS same
  FROM webhooks
  WHERE${ofTenantsLife}
)
WHERE webhooks < @most AND same = 0;

SELECT${webhookColumns}
FROM webhooks
WHERE webhook_id = @webhook_id`,
  parameters: {
    webhook_id: 'STRING',
    tenant_id: 'STRING',
    onboarding_id: 'STRING',
    url: 'STRING',
    event_types: ['STRING'],
    description: 'STRING',
    created_by: 'STRING',
    now: 'TIMESTAMP',
    most: 'INT64',
  },
  row: webhookRow,
});
