import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Records an API key by its digest. An INSERT and not a streamed row, which could not be revoked at once. */
export const insertApiKey = defineStatement({
  name: 'insert-api-key',
  sql: `
INSERT INTO api_keys (key_id, tenant_id, key_hash, name, created_at, created_by, expires_at)
VALUES (@key_id, @tenant_id, @key_hash, @name, @now, @created_by, @expires_at)`,
  parameters: {
    key_id: 'STRING',
    tenant_id: 'STRING',
    key_hash: 'STRING',
    name: 'STRING',
    now: 'TIMESTAMP',
    created_by: 'STRING',
    expires_at: 'TIMESTAMP',
  },
  row: z.unknown(),
});
