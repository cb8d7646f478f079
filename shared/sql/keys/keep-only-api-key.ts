import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Removes the keys of onboardings that were broken off: nobody was ever told them. */
export const keepOnlyApiKey = defineStatement({
  name: 'keep-only-api-key',
  sql: "DELETE FROM api_keys WHERE key_id != @key_id AND created_by = 'onboard'",
  parameters: { key_id: 'STRING' },
  row: z.unknown(),
});
