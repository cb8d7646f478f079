import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/** What can become of a planned time. */
export const timeOutcomes = ['started', 'refused', 'skipped', 'missed'] as const;

/**
 * What became of a schedule's planned times, youngest first, each once. Of several that were written
 * `started` counts, else what was told first, but for what only says that another tick has told it. A filter that is NULL lets all pass. `until_at`
 * is the time after which the page begins.
 */
export const listScheduleTimes = defineStatement({
  name: 'list-schedule-times',
  sql: `
SELECT planned_at, outcome, run_id, code, detail, missed_since, recorded_at
FROM (
  SELECT *
  FROM schedule_times
  WHERE tenant_id = @tenant_id
    AND schedule_id = @schedule_id
    AND planned_at >= @from
    AND planned_at < @to
    AND planned_at < IFNULL(@until_at, @to)
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY planned_at
    ORDER BY outcome = 'started' DESC, outcome = 'refused' AND code IS NULL, recorded_at
  ) = 1
)
WHERE @outcome IS NULL OR outcome = @outcome
ORDER BY planned_at DESC
LIMIT @most`,
  parameters: {
    tenant_id: 'STRING',
    schedule_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    until_at: 'TIMESTAMP',
    outcome: 'STRING',
    most: 'INT64',
  },
  row: z.object({
    planned_at: timestamp,
    outcome: z.enum(timeOutcomes),
    run_id: string.nullable(),
    code: string.nullable(),
    detail: string.nullable(),
    missed_since: timestamp.nullable(),
    recorded_at: timestamp,
  }),
});
export type ScheduleTimeRow = (typeof listScheduleTimes)['row']['_output'];
