import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Notes that it was told of these keys that they expire within so many days. */
export const noteExpiries = defineStatement({
  name: 'note-expiries',
  sql: `
UPDATE api_keys
SET expiry_told_days = @days
WHERE key_id IN UNNEST(@key_ids) AND (expiry_told_days IS NULL OR expiry_told_days > @days)`,
  parameters: { key_ids: ['STRING'], days: 'INT64' },
  row: z.unknown(),
});
