import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Disables all schedules of a tenant that goes, of all its lives. Repeated it does nothing more. */
export const disableSchedules = defineStatement({
  name: 'disable-schedules',
  sql: `
UPDATE schedules
SET state = 'disabled', reason = @reason, version = version + 1, updated_at = @now
WHERE tenant_id = @tenant_id AND state != 'disabled'`,
  parameters: { tenant_id: 'STRING', reason: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});
