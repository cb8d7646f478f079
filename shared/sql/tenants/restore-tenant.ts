import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/**
 * Ends the offboarding of a tenant whose dataset has come back, and reads the row back. It stays suspended. A
 * repeat changes nothing, and so does the offboarding of another life of the tenant.
 */
export const restoreTenant = defineStatement({
  name: 'restore-tenant',
  sql: `
UPDATE tenants
SET offboarding_at = NULL, version = IFNULL(version, 0) + 1, updated_at = @now
WHERE tenant_id = @tenant_id AND IFNULL(onboarding_id, '') = @onboarding_id AND offboarding_at IS NOT NULL;

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP', onboarding_id: 'STRING' },
  row: tenantRow,
});
