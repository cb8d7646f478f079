import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { scheduleSettings } from './schedule-row';

/**
 * Makes the next version of a schedule. `affectedRows` is 0 where its version is not the one that is given: somebody has
 * changed or deleted it meanwhile, or this is a repeat. Planned times up to `done_until` are done with then, where it is
 * given; they never become undone.
 */
export const changeSchedule = defineStatement({
  name: 'change-schedule',
  sql: `
UPDATE schedules
SET
  pipeline = @pipeline,
  parameters = @parameters,
  cron = @cron,
  interval_seconds = @interval_seconds,
  anchor = @anchor,
  time_zone = @time_zone,
  missed = @missed,
  overlap = @overlap,
  window_seconds = @window_seconds,
  description = @description,
  state = @state,
  reason = IF(@state = 'disabled', reason, NULL),
  handled_until = GREATEST(handled_until, IFNULL(@done_until, handled_until)),
  version = version + 1,
  updated_at = @now
WHERE tenant_id = @tenant_id AND schedule_id = @schedule_id AND version = @version`,
  parameters: {
    tenant_id: 'STRING',
    schedule_id: 'STRING',
    version: 'INT64',
    ...scheduleSettings,
    state: 'STRING',
    done_until: 'TIMESTAMP',
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
