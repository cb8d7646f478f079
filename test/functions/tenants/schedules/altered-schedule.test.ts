import {
  alteredSchedule,
  type ScheduleAlteration,
} from '../../../../functions/tenants/schedules/altered-schedule';
import type { ScheduleRow } from '../../../../shared/sql/schedules/schedule-row';
import { aSchedule } from './a-schedule';

const at = (time: string) => new Date(`2026-11-30T${time}Z`);
const hourly = aSchedule({ window_seconds: 3_600 });
const everyHour = { ...hourly, cron: null, interval_seconds: 3_600, anchor: at('00:00:00') };
const now = at('12:50:00');
const handledAfter = (before: ScheduleRow, change: ScheduleAlteration) =>
  alteredSchedule(before, change, now).handled_until;

describe('A changed schedule', () => {
  it.each<[string, ScheduleRow, ScheduleAlteration]>([
    ['another window', hourly, { window_seconds: 60 }],
    ['another zone of an interval', everyHour, { time_zone: 'Asia/Kolkata' }],
    ['other policies', hourly, { missed: 'skip', overlap: 'allow', description: 'Hourly' }],
    ['what it was', hourly, { cron: '0 * * * *', time_zone: 'Etc/UTC', state: 'active' }],
  ])('keeps what is planned, with %s', (_what, before, change) => {
    expect(handledAfter(before, change)).toEqual(at('11:00:00'));
  });

  it.each<[string, ScheduleRow, ScheduleAlteration]>([
    ['another expression', hourly, { cron: '5 * * * *', window_seconds: 0 }],
    ['another zone of clocks', hourly, { time_zone: 'Asia/Kolkata', window_seconds: 0 }],
    ['an interval', hourly, { interval_seconds: 3_600, window_seconds: 0 }],
    ['another anchor', everyHour, { anchor: at('00:30:00'), window_seconds: 0 }],
    ['the end of a pause', { ...hourly, state: 'paused' }, { state: 'active', window_seconds: 0 }],
  ])('begins anew, with %s', (_what, before, change) => {
    expect(handledAfter(before, change)).toEqual(now);
  });

  it('does not make up for all and skip what overlaps', () => {
    const message = 'expected missed all with overlap allow only';
    expect(() => alteredSchedule(hourly, { missed: 'all' }, now)).toThrow(message);
    const all: ScheduleRow = { ...hourly, missed: 'all', overlap: 'allow' };
    expect(() => alteredSchedule(all, { overlap: 'skip' }, now)).toThrow(message);
    expect(alteredSchedule(all, { overlap: 'skip', missed: 'last' }, now)).toMatchObject({ overlap: 'skip' });
  });
});
