import { z } from 'zod';
import { defineStatement } from '../define-statement';

/**
 * Notes how far ticks have come with schedules, and which of them have no tenant any more (`reason` is given). What is
 * noted only ever moves on, so two ticks at once do no harm. A schedule that was made active again meanwhile, by another
 * version than the tick has seen, stays active.
 */
export const noteHandledTimes = defineStatement({
  name: 'note-handled-times',
  sql: `
UPDATE schedules AS schedule
SET
  handled_until = GREATEST(schedule.handled_until, handled.handled_until),
  state = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.state, 'disabled'),
  reason = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.reason, handled.reason),
  updated_at = IF(handled.reason IS NULL OR schedule.version != handled.version, schedule.updated_at, @now)
FROM UNNEST(@handled) AS handled
WHERE schedule.schedule_id = handled.schedule_id`,
  parameters: {
    /** Each schedule once. */
    handled: [
      {
        schedule_id: 'STRING',
        version: 'INT64',
        handled_until: 'TIMESTAMP',
        /** Why it is to be disabled; NULL: it is not. */
        reason: 'STRING',
      },
    ],
    now: 'TIMESTAMP',
  },
  row: z.unknown(),
});
