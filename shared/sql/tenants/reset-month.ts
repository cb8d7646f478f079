import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Starts the month of `period` (a day in it) where the tenant's count is of an earlier month. Otherwise nothing
 * changes.
 */
export const resetMonth = defineStatement({
  name: 'reset-month',
  sql: `
UPDATE tenants
SET
  pipeline_runs_this_month = 0,
  bytes_billed_this_month = 0,
  quota_reset_date = @period,
  updated_at = @now
WHERE quota_reset_date < DATE_TRUNC(@period, MONTH)`,
  parameters: { period: 'DATE', now: 'TIMESTAMP' },
  row: z.unknown(),
});
