import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * The key with a digest, unless it is revoked. Whether it has expired, the caller judges by its own clock.
 */
export const findApiKey = defineStatement({
  name: 'find-api-key',
  sql: `
SELECT key_id, key_hash, expires_at
FROM api_keys
WHERE key_hash = @key_hash AND tenant_id = @tenant_id AND revoked_at IS NULL`,
  parameters: { tenant_id: 'STRING', key_hash: 'STRING' },
  row: z.object({ key_id: string, key_hash: string, expires_at: timestamp.nullable() }),
});
