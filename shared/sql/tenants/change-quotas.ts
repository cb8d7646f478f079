import { defineStatement } from '../define-statement';
import { tenantColumns, tenantRow } from './tenant-row';

/**
 * Sets the quotas and the tier that are marked as given (null is a value: unlimited), and reads the row back.
 */
export const changeQuotas = defineStatement({
  name: 'change-quotas',
  sql: `
UPDATE tenants
SET
  subscription_tier = IFNULL(@subscription_tier, subscription_tier),
  max_pipelines_per_month = IF(@sets_monthly, @max_pipelines_per_month, max_pipelines_per_month),
  max_concurrent_pipelines = IF(@sets_concurrent, @max_concurrent_pipelines, max_concurrent_pipelines),
  max_bytes_billed_per_month = IF(@sets_bytes, @max_bytes_billed_per_month, max_bytes_billed_per_month),
  updated_at = @now
WHERE tenant_id = @tenant_id;

SELECT${tenantColumns}
FROM tenants
WHERE tenant_id = @tenant_id`,
  parameters: {
    tenant_id: 'STRING',
    now: 'TIMESTAMP',
    subscription_tier: 'STRING',
    sets_monthly: 'BOOL',
    max_pipelines_per_month: 'INT64',
    sets_concurrent: 'BOOL',
    max_concurrent_pipelines: 'INT64',
    sets_bytes: 'BOOL',
    max_bytes_billed_per_month: 'INT64',
  },
  row: tenantRow,
});
