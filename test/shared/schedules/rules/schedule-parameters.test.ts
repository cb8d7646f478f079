import { parametersAt, unknownPlaceholders } from '../../../../shared/schedules/rules/schedule-parameters';

const at = (parameters: Record<string, unknown>, time: string, timeZone = 'Etc/UTC') =>
  parametersAt(parameters, Date.parse(time), { scheduleId: 'sch_1', timeZone });

describe("A schedule's parameters", () => {
  it('name values of the planned time, in the zone of the schedule', () => {
    const parameters = {
      at: '{{ scheduled_at }}',
      day: '{{scheduled_date}}',
      before: '{{ previous_date }}',
      month: '{{ scheduled_month }}-01',
      path: 'gs://costs/{{ previous_month }}/{{ scheduled_date }}.csv',
      id: '{{ schedule_id }}',
    };
    // In Auckland it is the 1st of January already.
    expect(at(parameters, '2026-12-31T11:30:00Z', 'Pacific/Auckland')).toEqual({
      at: '2026-12-31T11:30:00.000Z',
      day: '2027-01-01',
      before: '2026-12-31',
      month: '2027-01-01',
      path: 'gs://costs/2026-12/2027-01-01.csv',
      id: 'sch_1',
    });
    expect(at({ day: '{{ scheduled_date }}' }, '2026-12-31T11:30:00Z')).toEqual({ day: '2026-12-31' });
  });

  it('stay as they are where they name nothing', () => {
    const parameters = {
      limit: 5,
      wanted: true,
      none: null,
      list: ['{{ scheduled_date }}'],
      text: '{ x } $& $1',
    };
    expect(at(parameters, '2026-12-31T11:30:00Z')).toEqual(parameters);
  });

  it('may name no others', () => {
    expect(
      unknownPlaceholders({
        one: '{{ scheduled_date }} {{ tomorrow }}',
        two: '{{tomorrow}}',
        three: '{{ }}',
      }),
    ).toEqual(['tomorrow', '']);
    expect(unknownPlaceholders({ one: '{{ constructor }}' })).toEqual(['constructor']);
    expect(unknownPlaceholders({ one: '{{ scheduled_at }}', two: 2 })).toEqual([]);
  });
});
