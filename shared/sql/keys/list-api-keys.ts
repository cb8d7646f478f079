import { z } from 'zod';
import { text, timestamp } from '../columns';
import { defineStatement } from '../statement';

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
    key_id: text,
    name: text.nullable(),
    created_at: timestamp,
    created_by: text.nullable(),
    expires_at: timestamp.nullable(),
    revoked_at: timestamp.nullable(),
  }),
});
