import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Makes a key that inherits all that a valid one has, and lets that one end at `ends_at` at the latest (NULL:
 * not because of this), both in one write. `affectedRows` is 0 where there is no valid key to rotate. Repeated
 * with the same `new_key_id` it makes no other key.
 */
export const rotateApiKey = defineStatement({
  name: 'rotate-api-key',
  sql: `
MERGE api_keys AS key
USING (
  SELECT IF(is_new, @new_key_id, key_id) AS key_id, name, scopes, pipelines, expires_at
  FROM api_keys, UNNEST([FALSE, TRUE]) AS is_new
  WHERE key_id = @key_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)
) AS source
ON key.key_id = source.key_id
WHEN MATCHED AND key.key_id = @key_id THEN
  UPDATE SET expires_at = LEAST(IFNULL(key.expires_at, @ends_at), IFNULL(@ends_at, key.expires_at))
WHEN NOT MATCHED THEN
  INSERT (key_id, tenant_id, key_hash, last_four, name, scopes, pipelines, created_at, created_by, expires_at, replaces)
  VALUES (source.key_id, @tenant_id, @key_hash, @last_four, source.name, source.scopes, source.pipelines, @now, @created_by, source.expires_at, @key_id)`,
  parameters: {
    key_id: 'STRING',
    new_key_id: 'STRING',
    tenant_id: 'STRING',
    key_hash: 'STRING',
    last_four: 'STRING',
    created_by: 'STRING',
    ends_at: 'TIMESTAMP',
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
