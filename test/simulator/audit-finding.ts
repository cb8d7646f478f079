import { z } from 'zod';

/** What the audit of one commit found. */
export const findingSchema = z.object({
  violations: z.array(
    z.object({ invariant: z.string(), facts: z.string(), runIds: z.array(z.string()).readonly() }),
  ),
});
export type Finding = z.infer<typeof findingSchema>;
