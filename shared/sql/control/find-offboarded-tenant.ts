import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** What is recorded of an offboarding, in this order. */
export const offboardingStates = ['removing', 'removed', 'restored'] as const;

/** How far the last offboarding of a tenant has come; no row where it was never offboarded. */
export const findOffboardedTenant = defineStatement({
  name: 'find-offboarded-tenant',
  sql: `
SELECT tenant_id, onboarding_id, state, recorded_at, offboarding_at, restorable_until
FROM offboarded_tenants
WHERE tenant_id = @tenant_id
ORDER BY
  offboarding_at DESC,
  CASE state WHEN 'removing' THEN 1 WHEN 'removed' THEN 2 ELSE 3 END DESC,
  recorded_at
LIMIT 1`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({
    tenant_id: string,
    onboarding_id: string.nullable(),
    state: z.enum(offboardingStates),
    recorded_at: timestamp,
    offboarding_at: timestamp,
    restorable_until: timestamp,
  }),
});

export type OffboardedTenant = z.infer<(typeof findOffboardedTenant)['row']>;
