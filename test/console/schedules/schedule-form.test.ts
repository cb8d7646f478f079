import {
  droppedParameters,
  emptySchedule,
  type ListedSchedule,
  planText,
  scheduleChangeOf,
  scheduleFormOf,
  scheduleRequestOf,
  scheduleValues,
} from '../../../console/schedules/schedule-form';

const schedule: ListedSchedule = {
  schedule_id: 'sch_1',
  etag: '"1"',
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
    expect(scheduleRequestOf(form, {})).toEqual({
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
    expect(scheduleChangeOf(scheduleFormOf(schedule), schedule.parameters, schedule)).toEqual({});
  });

  it('sends what is changed', () => {
    const form = { ...scheduleFormOf(schedule), windowMinutes: '5', description: '' };
    expect(scheduleChangeOf(form, schedule.parameters, schedule)).toEqual({
      window_seconds: 300,
      description: null,
    });
  });

  it('goes over from the clock to distances', () => {
    const form = { ...scheduleFormOf(schedule), by: 'interval', minutes: '60' } as const;
    expect(scheduleChangeOf(form, schedule.parameters, schedule)).toEqual({ interval_seconds: 3600 });
  });

  it('sends nothing where the parameters only stand in another order', () => {
    const before = { ...schedule, parameters: { a: 1, b: 2 } };
    expect(scheduleChangeOf(scheduleFormOf(before), { b: 2, a: 1 }, before)).toEqual({});
  });
});

describe('The parameters of a schedule', () => {
  const description = '';
  const definitions = {
    day: { type: 'DATE', description, required: true },
    count: { type: 'INT64', description },
    country: { type: 'STRING', description, pattern: '[A-Z]{2}' },
  } as const;

  it('that the pipeline takes no more are kept until they are taken away', () => {
    const before = { country: 'DE', old: 7 };
    const read = (texts: Readonly<Record<string, string>>) =>
      scheduleValues({ country: definitions.country }, texts, before).values;
    expect(read({ country: 'DE', old: '7' })).toEqual(before);
    expect(read({ country: 'FR', old: '' })).toEqual({ country: 'FR', old: 7 });
    expect(read({ country: 'DE' })).toEqual({ country: 'DE' });
    expect(droppedParameters(definitions, before)).toEqual(['old']);
  });

  it('are read by their types', () => {
    const { values, errors } = scheduleValues(definitions, { day: '2026-11-30', count: '3', country: '' });
    expect([values, errors.size]).toEqual([{ day: '2026-11-30', count: 3 }, 0]);
  });

  it('may name values of the planned time, whatever their types and patterns', () => {
    const texts = { day: '{{ scheduled_date }}', country: '{{ schedule_id }}' };
    const { values, errors } = scheduleValues(definitions, texts);
    expect([values, errors.size]).toEqual([texts, 0]);
  });

  it('are told of where they are wrong or missing', () => {
    const { errors } = scheduleValues(definitions, { count: 'three', country: 'de' });
    expect([...errors.keys()]).toEqual(['day', 'count', 'country']);
  });

  it('stay what they were where nothing is typed', () => {
    const before = { day: '2026-11-30', count: '3' };
    expect(scheduleValues(definitions, { day: '2026-11-30', count: '3' }, before).values).toEqual(before);
  });

  it('stay where the pipeline is not known', () => {
    expect(scheduleValues(undefined, {}, { day: 1 })).toEqual({ values: { day: 1 }, errors: new Map() });
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
