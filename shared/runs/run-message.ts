import { z } from 'zod';
import { tenantIdSchema } from '../tenants/tenant-id';

/** What wakes the worker. Losing or repeating it loses or repeats nothing: the tenant row says what is to be done. */
export const runMessageSchema = z.object({
  tenant_id: tenantIdSchema,
  run_id: z.string().min(1).max(128),
  /** provider/domain/pipeline_id */
  pipeline: z.string().min(1).max(200),
});

export type RunMessage = z.infer<typeof runMessageSchema>;
