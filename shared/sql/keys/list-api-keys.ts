import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** A tenant's keys, oldest first, revoked ones included. Digests stay where they are. */
export const listApiKeys = defineStatement({
  name: 'list-api-keys',
  sql: `
SELECT key_id, name, created_at, created_by, expires_at, revoked_at
FROM api_keys
WHERE tenant_id = @tenant_id
ORDER BY created_at, key_id`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({
    key_id: string,
    name: string.nullable(),
    created_at: timestamp,
    created_by: string.nullable(),
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
  }),
});
