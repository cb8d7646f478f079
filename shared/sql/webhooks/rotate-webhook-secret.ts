import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Lets the webhook's next secret sign, and the one before it until `previous_until`. `affectedRows` is 0 where its
 * secret is not of the version that is given: somebody has rotated it meanwhile, or this is a repeat.
 */
export const rotateWebhookSecret = defineStatement({
  name: 'rotate-webhook-secret',
  sql: `
UPDATE webhooks
SET
  secret_version = secret_version + 1,
  previous_secret_until = @previous_until,
  updated_at = @now
WHERE tenant_id = @tenant_id AND webhook_id = @webhook_id AND secret_version = @secret_version`,
  parameters: {
    tenant_id: 'STRING',
    webhook_id: 'STRING',
    secret_version: 'INT64',
    previous_until: 'TIMESTAMP',
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
