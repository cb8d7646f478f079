import { z } from 'zod';
import { text, timestamp } from '../columns';

/** An entry of `active_runs`, whole. */
export const slotSchema = z.object({
  run_id: text,
  pipeline: text,
  parameters: text.nullable(),
  trigger: text.nullable(),
  request_hash: text.nullable(),
  admitted_at: timestamp,
  lease_expires_at: timestamp,
});

/** A run in flight, as its slot records it. */
export type Slot = z.infer<typeof slotSchema>;
