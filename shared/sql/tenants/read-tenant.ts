import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/** The tenant row, or no row. */
export const readTenant = defineStatement({
  name: 'read-tenant',
  sql: `SELECT${tenantColumns}\nFROM tenants\nWHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP' },
  row: tenantRow,
});
