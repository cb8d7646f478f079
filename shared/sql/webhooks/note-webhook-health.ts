import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Notes of an active webhook since when deliveries fail (what was noted before stays), or with NULL that they do not. */
export const noteWebhookHealth = defineStatement({
  name: 'note-webhook-health',
  sql: `
UPDATE webhooks
SET failing_since = @failing_since
WHERE webhook_id = @webhook_id
  AND state = 'active'
  AND (failing_since IS NULL) = (@failing_since IS NOT NULL)`,
  parameters: { webhook_id: 'STRING', failing_since: 'TIMESTAMP' },
  row: z.unknown(),
});
