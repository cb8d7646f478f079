import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/**
 * Activates a suspended tenant and reads the row back. A tenant that is active stays as it is, and so does
 * one that is being offboarded.
 */
export const activateTenant = defineStatement({
  name: 'activate-tenant',
  sql: `
UPDATE tenants
SET
  is_active = TRUE,
  suspended_at = NULL,
  suspension_reason = NULL,
  suspension_public_reason = NULL,
  version = IFNULL(version, 0) + 1,
  updated_at = @now
WHERE tenant_id = @tenant_id AND NOT is_active AND offboarding_at IS NULL;

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP' },
  row: tenantRow,
});
