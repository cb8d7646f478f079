import { defineStatement } from '../define-statement';
import { webhookColumns, webhookRow } from './webhook-row';

/**
 * Makes the next version of a webhook by what is marked as given, where it is of the version that is given, and reads
 * it back either way. With a state or another address it begins anew: whatever failed before is forgotten.
 */
export const changeWebhook = defineStatement({
  name: 'change-webhook',
  sql: `
UPDATE webhooks
SET
  url = IFNULL(@url, url),
  event_types = IF(@sets_event_types, @event_types, event_types),
  description = IF(@sets_description, @description, description),
  state = IFNULL(@state, state),
  reason = IF(@state IS NULL, reason, NULL),
  failing_since = IF(@state IS NULL AND IFNULL(@url, url) = url, failing_since, NULL),
  disabled_told_at = IF(@state IS NULL, disabled_told_at, NULL),
  version = @version + 1,
  updated_at = @now
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id AND IFNULL(version, 0) = @version;

SELECT${webhookColumns}
FROM webhooks
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id`,
  parameters: {
    tenant_id: 'STRING',
    webhook_id: 'STRING',
    version: 'INT64',
    url: 'STRING',
    sets_event_types: 'BOOL',
    event_types: ['STRING'],
    sets_description: 'BOOL',
    description: 'STRING',
    state: 'STRING',
    now: 'TIMESTAMP',
  },
  row: webhookRow,
});
