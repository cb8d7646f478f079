import { defineStatement } from '../define-statement';
import { changedRow, changeParameters, noteChange, selectChanged, whereNotMade } from './tenant-change';

/**
 * Activates a suspended tenant and reads the row back. A tenant that is active stays as it is, and so does
 * one that is being offboarded: the row that is read then does not have the change. A repeat changes nothing.
 */
export const activateTenant = defineStatement({
  name: 'activate-tenant',
  sql: `
UPDATE tenants AS tenant
SET
  is_active = TRUE,
  suspended_at = NULL,
  suspension_reason = NULL,
  suspension_public_reason = NULL,${noteChange}${whereNotMade}
  AND NOT is_active
  AND offboarding_at IS NULL${selectChanged}`,
  parameters: changeParameters,
  row: changedRow,
});
