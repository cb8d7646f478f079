import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Removes a schedule of the version that is given; what became of its planned times stays. `affectedRows` is 0 where
 * there is none of that version.
 */
export const deleteSchedule = defineStatement({
  name: 'delete-schedule',
  sql: `
DELETE FROM schedules
WHERE tenant_id = @tenant_id AND schedule_id = @schedule_id AND version = @version`,
  parameters: { tenant_id: 'STRING', schedule_id: 'STRING', version: 'INT64' },
  row: z.unknown(),
});
