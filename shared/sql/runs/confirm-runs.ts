import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Confirms the admission of all runs that were admitted up to @until: none of them is withdrawn from now on.
 * Comes before reconcile starts a run that may have been started by nobody.
 */
export const confirmRuns = defineStatement({
  name: 'confirm-runs',
  sql: `
UPDATE tenants
SET confirmed_until = @until
WHERE tenant_id = @tenant_id AND (confirmed_until IS NULL OR confirmed_until < @until)`,
  parameters: { tenant_id: 'STRING', until: 'TIMESTAMP' },
  row: z.unknown(),
});
