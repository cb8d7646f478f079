import { z } from 'zod';
import { type Quotas, quotaSchema, tierNameSchema } from '../../shared/tenants/rules/quotas';
import { tenantIdSchema } from '../../shared/tenants/rules/tenant-id';

/** The body of an onboarding. Unknown fields are refused: a misspelt quota must not become the tier's default. */
export const onboardingSchema = (tiers: Readonly<Record<string, Quotas>>) =>
  z.strictObject({
    tenant_id: tenantIdSchema,
    company_name: z.string().trim().min(1, 'expected a name').max(200, 'expected at most 200 characters'),
    contact_email: z.email('expected an e-mail address').max(254, 'expected at most 254 characters'),
    subscription_tier: tierNameSchema(tiers),
    max_pipelines_per_month: quotaSchema.optional(),
    max_concurrent_pipelines: quotaSchema.optional(),
    notes: z.string().max(5000, 'expected at most 5000 characters').optional(),
    /** A BigQuery location: a multi-region such as EU, or a region such as europe-west1. */
    location: z
      .string()
      .regex(/^[A-Za-z0-9-]{2,40}$/, 'expected a BigQuery location such as EU or europe-west1')
      .optional(),
    force_recreate_dataset: z.boolean().default(false),
    force_recreate_tables: z.boolean().default(false),
  });

export type Onboarding = z.infer<ReturnType<typeof onboardingSchema>>;
