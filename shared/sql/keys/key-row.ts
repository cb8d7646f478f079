import { z } from 'zod';
import { string, timestamp } from '../column-schemas';

/** What a request's key is judged by. Empty `scopes` or `pipelines` mean all of them. */
export const keyRow = z.object({
  key_id: string,
  key_hash: string,
  expires_at: timestamp.nullable(),
  scopes: z.array(string),
  pipelines: z.array(string),
  /** To the hour. */
  last_used_at: timestamp.nullable(),
});
