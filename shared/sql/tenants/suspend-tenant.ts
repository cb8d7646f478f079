import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/**
 * Suspends a tenant and reads the row back. If it is suspended already, the date stays and the reasons are
 * the new ones.
 */
export const suspendTenant = defineStatement({
  name: 'suspend-tenant',
  sql: `
UPDATE tenants
SET
  is_active = FALSE,
  suspended_at = IF(is_active, @now, suspended_at),
  suspension_reason = @reason,
  suspension_public_reason = @public_reason,
  version = IFNULL(version, 0) + 1,
  updated_at = @now
WHERE tenant_id = @tenant_id;

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP', reason: 'STRING', public_reason: 'STRING' },
  row: tenantRow,
});
