import { defineStatement } from '../define-statement';
import { ofTenantsLife } from '../webhooks/webhook-row';
import { scheduleColumns, scheduleRow } from './schedule-row';

/** A tenant's schedules of this life, oldest first; one of them where `schedule_id` is given. From the control dataset. */
export const listSchedules = defineStatement({
  name: 'list-schedules',
  sql: `
SELECT${scheduleColumns}
FROM schedules
WHERE${ofTenantsLife}
  AND (@schedule_id IS NULL OR schedule_id = @schedule_id)
ORDER BY created_at, schedule_id`,
  parameters: { tenant_id: 'STRING', onboarding_id: 'STRING', schedule_id: 'STRING' },
  row: scheduleRow,
});
