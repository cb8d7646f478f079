import { newScheduleSchema, scheduleChangeSchema } from '../../../../shared/schedules/rules/schedule-request';

const pipeline = 'gcp/billing/daily_costs';
const problemOf = (given: Record<string, unknown>) =>
  newScheduleSchema.safeParse({ pipeline, ...given }).error?.issues[0]?.message;

describe('A new schedule', () => {
  it('has what it does not say by default', () => {
    expect(newScheduleSchema.parse({ pipeline, cron: '30 6 * * MON-FRI' })).toEqual({
      pipeline,
      cron: '30 6 * * MON-FRI',
      parameters: {},
      time_zone: 'Etc/UTC',
      missed: 'last',
      overlap: 'skip',
      window_seconds: 0,
    });
  });

  it.each([
    [{}, 'expected either cron or interval_seconds'],
    [{ cron: '* * * * *', interval_seconds: 60 }, 'expected either cron or interval_seconds'],
    [{ cron: '* * * * *', anchor: '2026-01-01T00:00:00Z' }, 'expected with interval_seconds only'],
    [{ cron: '* * * *' }, expect.stringContaining('expected five fields')],
    [{ cron: '@daily' }, expect.stringContaining('expected five fields')],
    [{ cron: '0 0 1 1 * 2030' }, expect.stringContaining('expected five fields')],
    [{ cron: '60 0 * * *' }, expect.stringContaining('Invalid value for minute: 60')],
    [{ cron: '0 0 30 2 *' }, 'expected a time that comes at least every five years'],
    [{ cron: '0 0 * 2 TUE#5' }, 'expected a time that comes at least every five years'],
    [{ cron: '0 0 29 2 +MON' }, expect.stringContaining('of numbers, names')],
    [{ cron: '0 0 15W * *' }, expect.stringContaining('of numbers, names')],
    [{ cron: '0 0 ? * *' }, expect.stringContaining('of numbers, names')],
    [{ cron: '0 0 * * *', missed: 'all' }, 'expected missed all with overlap allow only'],
    [{ cron: '0 0 * * *', time_zone: 'Europe/Nowhere' }, expect.stringContaining("a time zone's name")],
    [{ cron: '0 0 * * *', time_zone: '+01:00' }, expect.stringContaining("a time zone's name")],
    [{ interval_seconds: 90 }, 'expected whole minutes'],
    [{ interval_seconds: 30 }, expect.stringContaining('expected 60')],
    [{ cron: '0 0 * * *', window_seconds: 86_401 }, 'expected 0 to 86400'],
    [{ cron: '0 0 * * *', missed: 'some' }, 'expected skip, last, all'],
    [{ cron: '0 0 * * *', parameters: [] }, 'expected a JSON object of parameters'],
    [
      { cron: '0 0 * * *', parameters: { day: '{{ tomorrow }}' } },
      expect.stringContaining('{{ tomorrow }}: expected only scheduled_at, scheduled_date'),
    ],
    [{ cron: '0 0 * * *', parameters: { text: 'x'.repeat(8_000) } }, expect.stringContaining('8000 bytes')],
  ])('%j is told what is wrong', (given, expected) => {
    expect(problemOf(given)).toEqual(expected);
  });
});

it.each(['0 0 29 2 *', '*/15 8-18 L * *', '0 0 * JAN,dec wed#1', '0 0 * * 5L', '0 0 29 2 MON'])(
  'An expression can be %s',
  (cron) => {
    expect(problemOf({ cron, missed: 'all', overlap: 'allow' })).toBeUndefined();
  },
);

it('A change says at least one thing', () => {
  expect(scheduleChangeSchema.safeParse({}).success).toBe(false);
  expect(scheduleChangeSchema.safeParse({ description: null }).success).toBe(true);
  expect(scheduleChangeSchema.safeParse({ cron: '* * * * *', interval_seconds: 60 }).success).toBe(false);
});
