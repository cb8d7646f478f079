import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Records an API key by its digest. An INSERT and not a streamed row, which could not be revoked at once. */
export const insertApiKey = defineStatement({
  name: 'insert-api-key',
  sql: `
INSERT INTO api_keys
  (key_id, tenant_id, key_hash, last_four, name, scopes, pipelines, created_at, created_by, expires_at)
VALUES
  (@key_id, @tenant_id, @key_hash, @last_four, @name, @scopes, @pipelines, @now, @created_by, @expires_at)`,
  parameters: {
    key_id: 'STRING',
    tenant_id: 'STRING',
    key_hash: 'STRING',
    last_four: 'STRING',
    name: 'STRING',
    scopes: ['STRING'],
    /** Empty: all of them. */
    pipelines: ['STRING'],
    now: 'TIMESTAMP',
    created_by: 'STRING',
    expires_at: 'TIMESTAMP',
  },
  row: z.unknown(),
});
