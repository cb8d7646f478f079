import { defineStatement } from '../define-statement';
import { keyRow } from './key-row';

/**
 * The key with a digest, unless it is revoked. Whether it has expired, the caller judges by its own clock.
 */
export const findApiKey = defineStatement({
  name: 'find-api-key',
  sql: `
SELECT key_id, key_hash, expires_at, scopes, pipelines, last_used_at
FROM api_keys
WHERE key_hash = @key_hash AND tenant_id = @tenant_id AND revoked_at IS NULL`,
  parameters: { tenant_id: 'STRING', key_hash: 'STRING' },
  row: keyRow,
});
