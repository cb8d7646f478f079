import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** A tenant's keys, oldest first, revoked ones included. Digests stay where they are. */
export const listApiKeys = defineStatement({
  name: 'list-api-keys',
  sql: `
SELECT key_id, last_four, name, scopes, pipelines, last_used_at, created_at, created_by, expires_at, revoked_at, replaces
FROM api_keys
WHERE tenant_id = @tenant_id
ORDER BY created_at, key_id`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({
    key_id: string,
    last_four: string.nullable(),
    name: string.nullable(),
    scopes: z.array(string),
    pipelines: z.array(string),
    last_used_at: timestamp.nullable(),
    created_at: timestamp,
    created_by: string.nullable(),
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
    /** The key before it. */
    replaces: string.nullable(),
  }),
});
