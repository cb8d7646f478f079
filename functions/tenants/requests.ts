import { z } from 'zod';
import { type Quotas, quotaSchema, tierNameSchema } from '../../shared/tenants/rules/quotas';

/** A change of quotas: at least one of the three. A tier alone brings its own quotas. */
export const quotaChangeSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z
    .strictObject({
      subscription_tier: tierNameSchema(tiers).optional(),
      max_pipelines_per_month: quotaSchema.optional(),
      max_concurrent_pipelines: quotaSchema.optional(),
    })
    .refine((change) => Object.values(change).some((value) => value !== undefined), {
      error: 'expected at least one of subscription_tier, max_pipelines_per_month, max_concurrent_pipelines',
    });

export type QuotaChange = z.infer<ReturnType<typeof quotaChangeSchema>>;

export const suspensionSchema = z.strictObject({
  reason: z.string().trim().min(1, 'expected a reason').max(1000, 'expected at most 1000 characters'),
});

export const newApiKeySchema = z
  .strictObject({
    name: z.string().trim().min(1, 'expected a name').max(100, 'expected at most 100 characters').optional(),
    expires_at: z.iso
      .datetime({ offset: true, error: 'expected a time such as 2027-01-31T00:00:00Z' })
      .optional(),
  })
  .default({});
