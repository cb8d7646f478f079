import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/**
 * Begins a tenant's offboarding, and reads the row back. In one write the tenant is suspended, so that no run is
 * admitted any more, and it is decided whether runs are in flight: then nothing changes, unless it is forced.
 * An offboarding that has begun goes on as it is; its time names it.
 */
export const beginOffboarding = defineStatement({
  name: 'begin-offboarding',
  sql: `
UPDATE tenants
SET
  suspended_at = IF(is_active, @now, suspended_at),
  suspension_reason = IF(is_active, 'Offboarding', suspension_reason),
  is_active = FALSE,
  offboarding_at = @now,
  version = IFNULL(version, 0) + 1,
  updated_at = @now
WHERE tenant_id = @tenant_id
  AND offboarding_at IS NULL
  AND (@is_forced OR ARRAY_LENGTH(IFNULL(active_runs, [])) = 0);

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP', is_forced: 'BOOL' },
  row: tenantRow,
});
