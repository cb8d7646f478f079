import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Notes that keys of a tenant were used in an hour. A later hour that is there stays. */
export const noteKeyUses = defineStatement({
  name: 'note-key-uses',
  sql: `
UPDATE api_keys
SET last_used_at = @hour
WHERE key_id IN UNNEST(@key_ids) AND (last_used_at IS NULL OR last_used_at < @hour)`,
  parameters: { key_ids: ['STRING'], hour: 'TIMESTAMP' },
  row: z.unknown(),
});
