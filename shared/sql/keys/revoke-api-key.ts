import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Revokes a key; one that is revoked already keeps its date. `affectedRows` is 0 where there was nothing to
 * revoke.
 */
export const revokeApiKey = defineStatement({
  name: 'revoke-api-key',
  sql: 'UPDATE api_keys SET revoked_at = @now WHERE key_id = @key_id AND revoked_at IS NULL',
  parameters: { key_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
