import { z } from 'zod';
import { text, timestamp } from '../columns';
import { defineStatement } from '../statement';

/** The key with a digest, unless it is revoked. Whether it has expired is the caller's clock to say. */
export const findApiKey = defineStatement({
  name: 'find-api-key',
  sql: `
SELECT key_id, key_hash, expires_at
FROM api_keys
WHERE key_hash = @key_hash AND tenant_id = @tenant_id AND revoked_at IS NULL`,
  parameters: { tenant_id: 'STRING', key_hash: 'STRING' },
  row: z.object({ key_id: text, key_hash: text, expires_at: timestamp.nullable() }),
});
