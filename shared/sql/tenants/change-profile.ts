import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/** Sets what is marked as given (null takes an address or notes away), and reads the row back. */
export const changeProfile = defineStatement({
  name: 'change-profile',
  sql: `
UPDATE tenants
SET
  company_name = IFNULL(@company_name, company_name),
  contact_email = IF(@sets_email, @contact_email, contact_email),
  notes = IF(@sets_notes, @notes, notes),
  updated_at = @now
WHERE tenant_id = @tenant_id;

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: {
    tenant_id: 'STRING',
    now: 'TIMESTAMP',
    company_name: 'STRING',
    sets_email: 'BOOL',
    contact_email: 'STRING',
    sets_notes: 'BOOL',
    notes: 'STRING',
  },
  row: tenantRow,
});
