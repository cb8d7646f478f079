import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';

const made = new Date('2026-11-30T11:00:00Z');

/** An hourly schedule of acme, made at 11:00, but for what is changed. */
export const aSchedule = (change: Partial<ScheduleRow>): ScheduleRow => ({
  schedule_id: 'sch_hourly',
  tenant_id: 'acme',
  onboarding_id: 'life-1',
  pipeline: 'gcp/example/dryrun',
  parameters: '{}',
  cron: '0 * * * *',
  interval_seconds: null,
  anchor: null,
  time_zone: 'Etc/UTC',
  missed: 'last',
  overlap: 'skip',
  window_seconds: 0,
  description: null,
  state: 'active',
  reason: null,
  version: 1,
  handled_until: made,
  created_at: made,
  created_by: 'key-1',
  updated_at: made,
  ...change,
});
