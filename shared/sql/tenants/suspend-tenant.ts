import { defineStatement } from '../define-statement';
import { changedRow, changeParameters, noteChange, selectChanged, whereNotMade } from './tenant-change';

/**
 * Suspends a tenant and reads the row back. If it is suspended already, the date stays and the reasons are
 * the new ones. A repeat changes nothing: it does not suspend again a tenant that was activated meanwhile.
 */
export const suspendTenant = defineStatement({
  name: 'suspend-tenant',
  sql: `
UPDATE tenants AS tenant
SET
  is_active = FALSE,
  suspended_at = IF(is_active, @now, suspended_at),
  suspension_reason = @reason,
  suspension_public_reason = @public_reason,${noteChange}${whereNotMade}${selectChanged}`,
  parameters: { ...changeParameters, reason: 'STRING', public_reason: 'STRING' },
  row: changedRow,
});
