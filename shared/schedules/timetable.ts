import { z } from 'zod';
import type { ScheduleRow } from '../sql/schedules/schedule-row';
import type { Timetable } from './rules/due-times';
import { spreadMsOf } from './rules/schedule-identity';
import type { ScheduleParameters } from './rules/schedule-parameters';

type TimingColumns = Pick<
  ScheduleRow,
  | 'schedule_id'
  | 'cron'
  | 'interval_seconds'
  | 'anchor'
  | 'time_zone'
  | 'missed'
  | 'window_seconds'
  | 'handled_until'
  | 'created_at'
>;

/** When a schedule is due. Throws an Error where it says neither by clocks nor by an interval. */
export function timetableOf(schedule: TimingColumns): Timetable {
  const { cron, interval_seconds, time_zone, anchor, created_at } = schedule;
  const common = {
    spreadMs: spreadMsOf(schedule.schedule_id, schedule.window_seconds),
    missed: schedule.missed,
    handledUntilMs: schedule.handled_until.getTime(),
  };
  if (cron !== null) return { ...common, rule: { kind: 'cron', cron, timeZone: time_zone } };
  if (interval_seconds === null)
    throw new Error(`Schedule ${schedule.schedule_id} has neither cron nor interval_seconds`);
  const intervalMs = interval_seconds * 1000;
  return { ...common, rule: { kind: 'interval', intervalMs, anchorMs: (anchor ?? created_at).getTime() } };
}

const parametersSchema = z.record(z.string(), z.unknown());

/** The parameters as the schedule keeps them. Throws where they are no JSON object. */
export const storedParameters = ({ parameters }: Pick<ScheduleRow, 'parameters'>): ScheduleParameters =>
  parametersSchema.parse(JSON.parse(parameters));
