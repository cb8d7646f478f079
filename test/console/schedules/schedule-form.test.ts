import {
  emptySchedule,
  type ListedSchedule,
  parametersOf,
  planText,
  scheduleChangeOf,
  scheduleFormOf,
  scheduleRequestOf,
} from '../../../console/schedules/schedule-form';

const schedule: ListedSchedule = {
  schedule_id: 'sch_1',
  pipeline: 'gcp/billing/daily_costs',
  parameters: { source_uri: 'gs://billing/{{ previous_date }}.ndjson' },
  cron: '30 6 * * *',
  interval_seconds: null,
  anchor: null,
  time_zone: 'Europe/Berlin',
  missed: 'last',
  overlap: 'skip',
  window_seconds: 0,
  description: 'Costs',
  state: 'active',
  reason: null,
  next_times: [],
  created_at: '2026-11-01T00:00:00.000Z',
  created_by: 'admin',
  updated_at: '2026-11-01T00:00:00.000Z',
};

describe('A schedule in a form', () => {
  it('is sent as it is typed', () => {
    const form = { ...emptySchedule('Etc/UTC'), pipeline: 'a/b/c', by: 'interval', minutes: '15' } as const;
    expect(scheduleRequestOf(form)).toEqual({
      pipeline: 'a/b/c',
      parameters: {},
      interval_seconds: 900,
      time_zone: 'Etc/UTC',
      missed: 'last',
      overlap: 'skip',
      window_seconds: 0,
    });
  });

  it('sends nothing where nothing is changed, so that its times go on', () => {
    expect(scheduleChangeOf(scheduleFormOf(schedule), schedule)).toEqual({});
  });

  it('sends what is changed', () => {
    const form = { ...scheduleFormOf(schedule), windowMinutes: '5', description: '' };
    expect(scheduleChangeOf(form, schedule)).toEqual({ window_seconds: 300, description: null });
  });

  it('goes over from the clock to distances', () => {
    const form = { ...scheduleFormOf(schedule), by: 'interval', minutes: '60' } as const;
    expect(scheduleChangeOf(form, schedule)).toEqual({ interval_seconds: 3600 });
  });

  it.each([
    ['', {}],
    ['{"a": 1}', { a: 1 }],
    ['[1]', undefined],
    ['null', undefined],
    ['{"a": ', undefined],
  ])('reads %p as parameters', (text, expected) => {
    expect(parametersOf(text)).toEqual(expected);
  });
});

describe('When a schedule is due, in words', () => {
  it.each([
    [60, 'every minute'],
    [900, 'every 15 minutes'],
    [3_600, 'every hour'],
    [7_200, 'every 2 hours'],
    [86_400, 'every day'],
    [172_800, 'every 2 days'],
  ])('every %i seconds is %p', (interval_seconds, text) => {
    expect(planText({ ...schedule, cron: null, interval_seconds })).toBe(text);
  });

  it('by the clock is its cron and its zone', () => {
    expect(planText(schedule)).toBe('30 6 * * * (Europe/Berlin)');
  });
});
