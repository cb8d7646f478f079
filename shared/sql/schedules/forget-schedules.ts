import { z } from 'zod';
import { defineStatement } from '../define-statement';

/** Deletes the schedules that are disabled since some time: their tenants are gone, or have not resumed them. */
export const forgetSchedules = defineStatement({
  name: 'forget-schedules',
  sql: `
DELETE FROM schedules
WHERE state = 'disabled' AND updated_at < @before`,
  parameters: { before: 'TIMESTAMP' },
  row: z.unknown(),
});
