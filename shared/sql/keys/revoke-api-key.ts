import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Has admission refuse a key from now on: the first half of a revocation. The second is revokeApiKey; while
 * that has not been done, this one can be repeated. `affectedRows` is 0 where there is no valid key to revoke.
 * Entries are kept for two hours: longer than any instance remembers that the key was valid, and longer than
 * any token of it lives.
 */
export const blockApiKey = defineStatement({
  name: 'block-api-key',
  sql: `
UPDATE tenants
SET
  revoked_keys = ARRAY(
    SELECT AS STRUCT key_id, revoked_at
    FROM UNNEST(revoked_keys)
    WHERE revoked_at > TIMESTAMP_SUB(@now, INTERVAL 2 HOUR) AND key_id != @key_id
    UNION ALL
    SELECT AS STRUCT @key_id AS key_id, @now AS revoked_at),
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND EXISTS (SELECT 1 FROM api_keys WHERE key_id = @key_id AND revoked_at IS NULL)`,
  parameters: { tenant_id: 'STRING', key_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});

/** Revokes a key; one that is revoked already keeps its date. */
export const revokeApiKey = defineStatement({
  name: 'revoke-api-key',
  sql: 'UPDATE api_keys SET revoked_at = @now WHERE key_id = @key_id AND revoked_at IS NULL',
  parameters: { key_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
