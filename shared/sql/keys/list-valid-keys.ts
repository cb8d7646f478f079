import { defineStatement } from '../define-statement';
import { keyRow } from './key-row';

/**
 * A tenant's keys that are not revoked, the youngest 10,000. Whether one has expired, the caller judges by its
 * own clock.
 */
export const listValidKeys = defineStatement({
  name: 'list-valid-keys',
  sql: `
SELECT key_id, key_hash, expires_at, scopes, pipelines, last_used_at
FROM api_keys
WHERE tenant_id = @tenant_id AND revoked_at IS NULL
ORDER BY created_at DESC, key_id
LIMIT 10000`,
  parameters: { tenant_id: 'STRING' },
  row: keyRow,
});
