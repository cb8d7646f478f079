import { z } from 'zod';
import { missedPolicies, overlapPolicies } from '../../../../shared/schedules/rules/due-times';
import { timeOutcomes } from '../../../../shared/sql/schedules/list-schedule-times';
import { answerParts } from '../answer-parts';

const { text, time, count, etag, nextCursor } = answerParts;

const schedule = z.strictObject({
  schedule_id: text,
  etag,
  pipeline: text,
  parameters: z.record(z.string(), z.unknown()).describe('As they were given, with {{ }}.'),
  cron: text.nullable(),
  interval_seconds: count.nullable(),
  anchor: time.nullable().describe('From which intervals count. null: it has a cron expression.'),
  time_zone: text,
  missed: z.enum(missedPolicies),
  overlap: z.enum(overlapPolicies),
  window_seconds: count,
  description: text.nullable(),
  state: z
    .enum(['active', 'paused', 'disabled'])
    .describe('paused by its owner, or disabled because its tenant was not there any more.'),
  reason: text.nullable().describe('Why it is disabled.'),
  next_times: z
    .array(
      z.strictObject({
        planned_at: time,
        local_time: text.describe('What clocks show then in its time zone, with their offset.'),
        starts_at: time.describe('When its run is started, within the minute after it.'),
      }),
    )
    .describe('The next five. None: it is paused or disabled.'),
  created_at: time,
  created_by: text.nullable(),
  updated_at: time.describe('When its owner changed it last.'),
});

/** What is answered about schedules. */
export const scheduleAnswers = {
  Schedule: schedule,
  ScheduleList: z.strictObject({ schedules: z.array(schedule) }),
  ScheduleHistory: z.strictObject({
    times: z.array(
      z.strictObject({
        planned_at: time,
        outcome: z
          .enum(timeOutcomes)
          .describe(
            'started; refused, as any caller would have been; skipped, because its run before was in flight; missed: it could not be started in time.',
          ),
        run_id: text.nullable().describe('The run that was started, or that was in flight.'),
        code: text.nullable().describe('Of a refusal, such as monthly_quota_exceeded.'),
        detail: text.nullable().describe('Of a refusal: what a caller would have been told.'),
        missed_since: time
          .nullable()
          .describe('Those after this time and before planned_at were missed as well, and are not listed.'),
        recorded_at: time,
      }),
    ),
    next_cursor: nextCursor,
  }),
} as const;
