import { z } from 'zod';
import { missedPolicies, overlapPolicies } from '../../schedules/rules/due-times';
import { integer, string, timestamp } from '../column-schemas';

export const scheduleRow = z.object({
  schedule_id: string,
  tenant_id: string,
  onboarding_id: string.nullable(),
  /** provider/domain/pipeline_id */
  pipeline: string,
  /** A JSON object. */
  parameters: string,
  cron: string.nullable(),
  interval_seconds: integer.nullable(),
  anchor: timestamp.nullable(),
  time_zone: string,
  missed: z.enum(missedPolicies),
  overlap: z.enum(overlapPolicies),
  window_seconds: integer,
  description: string.nullable(),
  state: z.enum(['active', 'paused', 'disabled']),
  reason: string.nullable(),
  version: integer,
  /** Planned times up to this one are over and done with. */
  handled_until: timestamp,
  created_at: timestamp,
  created_by: string.nullable(),
  updated_at: timestamp,
});
export type ScheduleRow = z.infer<typeof scheduleRow>;

/** What of a schedule says when it is due. Parameters, which may be large, do not. */
export const scheduleTiming = scheduleRow.pick({
  schedule_id: true,
  tenant_id: true,
  cron: true,
  interval_seconds: true,
  anchor: true,
  time_zone: true,
  missed: true,
  window_seconds: true,
  state: true,
  handled_until: true,
  created_at: true,
  updated_at: true,
});
export type ScheduleTiming = z.infer<typeof scheduleTiming>;

/** The columns of a schedule, in SQL. */
export const scheduleColumns = `
  schedule_id, tenant_id, onboarding_id, pipeline, parameters, cron, interval_seconds, anchor, time_zone, missed,
  overlap, window_seconds, description, state, reason, version, handled_until, created_at, created_by, updated_at`;

/** What its owner says of a schedule: types of parameters of a statement. */
export const scheduleSettings = {
  pipeline: 'STRING',
  parameters: 'STRING',
  cron: 'STRING',
  interval_seconds: 'INT64',
  anchor: 'TIMESTAMP',
  time_zone: 'STRING',
  missed: 'STRING',
  overlap: 'STRING',
  window_seconds: 'INT64',
  description: 'STRING',
} as const;
