import { defineStatement } from '../define-statement';
import { ofTenantsLife } from '../webhooks/webhook-row';
import { scheduleColumns, scheduleRow, scheduleSettings } from './schedule-row';

/**
 * Makes a schedule, unless its tenant has `most` of them, and reads it back: no row where it was not made. Repeated
 * with the same id it makes no other. Two at the same moment do not see each other.
 */
export const insertSchedule = defineStatement({
  name: 'insert-schedule',
  sql: `
INSERT INTO schedules (${scheduleColumns})
SELECT
  @schedule_id, @tenant_id, @onboarding_id, @pipeline, @parameters, @cron, @interval_seconds, @anchor, @time_zone, @missed,
  @overlap, @window_seconds, @description, 'active', CAST(NULL AS STRING), 1, @handled_until, @now, @created_by, @now
FROM (
  SELECT COUNT(*) AS schedules, COUNTIF(schedule_id = @schedule_id) AS same
  FROM schedules
  WHERE${ofTenantsLife}
)
WHERE schedules < @most AND same = 0;

SELECT${scheduleColumns}
FROM schedules
WHERE schedule_id = @schedule_id`,
  parameters: {
    schedule_id: 'STRING',
    tenant_id: 'STRING',
    onboarding_id: 'STRING',
    ...scheduleSettings,
    handled_until: 'TIMESTAMP',
    now: 'TIMESTAMP',
    created_by: 'STRING',
    most: 'INT64',
  },
  row: scheduleRow,
});
