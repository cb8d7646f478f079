import {
  lastPlannedTimes,
  nextPlannedTimes,
  type PlanRule,
} from '../../../../shared/schedules/rules/planned-times';

const byCron = (cron: string, timeZone: string): PlanRule => ({ kind: 'cron', cron, timeZone });
const next = (rule: PlanRule, after: string, count = 3) =>
  nextPlannedTimes(rule, Date.parse(after), count).map(told);
/** To the minute. */
const told = (ms: number) => new Date(ms).toISOString().slice(0, 16);

/** The days on which clocks change; times in UTC. On Lord Howe by half an hour. */
const changes = [
  {
    zone: 'Europe/Berlin',
    // 02:00 to 03:00 is left out at 01:00 UTC.
    spring: {
      cron: '30 2 * * *',
      after: '2026-03-28T12:00:00Z',
      times: ['2026-03-29T01:00', '2026-03-30T00:30'],
    },
    // 02:00 to 03:00 comes twice, first from 00:00 UTC on.
    autumn: {
      cron: '30 2 * * *',
      after: '2026-10-24T12:00:00Z',
      times: ['2026-10-25T00:30', '2026-10-26T01:30'],
    },
  },
  {
    zone: 'America/New_York',
    // 02:00 to 03:00 is left out at 07:00 UTC.
    spring: {
      cron: '15 2 * * *',
      after: '2026-03-07T12:00:00Z',
      times: ['2026-03-08T07:00', '2026-03-09T06:15'],
    },
    // 01:00 to 02:00 comes twice, first from 05:00 UTC on.
    autumn: {
      cron: '45 1 * * *',
      after: '2026-10-31T12:00:00Z',
      times: ['2026-11-01T05:45', '2026-11-02T06:45'],
    },
  },
  {
    zone: 'Australia/Sydney',
    // 02:00 to 03:00 is left out at 16:00 UTC.
    spring: {
      cron: '30 2 * * *',
      after: '2026-10-03T00:00:00Z',
      times: ['2026-10-03T16:00', '2026-10-04T15:30'],
    },
    // 02:00 to 03:00 comes twice, first from 15:00 UTC on.
    autumn: {
      cron: '30 2 * * *',
      after: '2026-04-04T00:00:00Z',
      times: ['2026-04-04T15:30', '2026-04-05T16:30'],
    },
  },
  {
    zone: 'Australia/Lord_Howe',
    // 02:00 to 02:30 is left out at 15:30 UTC.
    spring: {
      cron: '10 2 * * *',
      after: '2026-10-03T00:00:00Z',
      times: ['2026-10-03T15:30', '2026-10-04T15:10'],
    },
    // 01:30 to 02:00 comes twice, first from 14:30 UTC on.
    autumn: {
      cron: '40 1 * * *',
      after: '2026-04-04T00:00:00Z',
      times: ['2026-04-04T14:40', '2026-04-05T15:10'],
    },
  },
];

describe.each(changes)('Planned times in $zone', ({ zone, spring, autumn }) => {
  it('come once, right after the gap, where clocks leave them out', () => {
    expect(next(byCron(spring.cron, zone), spring.after, 2)).toEqual(spring.times);
  });

  it('come once, the first time, where clocks show them twice', () => {
    expect(next(byCron(autumn.cron, zone), autumn.after, 2)).toEqual(autumn.times);
    // Also when one looks between the two.
    const between = `${autumn.times[0]}:00Z`;
    expect(next(byCron(autumn.cron, zone), between, 1)).toEqual([autumn.times[1]]);
  });
});

it('Several times that a gap leaves out are planned together, with the one at its end', () => {
  const quarters = byCron('*/15 1-3 * * *', 'Europe/Berlin');
  expect(next(quarters, '2026-03-29T00:30:00Z', 4)).toEqual([
    '2026-03-29T00:45',
    '2026-03-29T01:00',
    '2026-03-29T01:15',
    '2026-03-29T01:30',
  ]);
});

it('No time is planned in the second hour of the two that clocks show alike', () => {
  const hourly = byCron('0 * * * *', 'Europe/Berlin');
  expect(next(hourly, '2026-10-24T23:00:00Z', 3)).toEqual([
    '2026-10-25T00:00',
    '2026-10-25T02:00',
    '2026-10-25T03:00',
  ]);
});

it('A day that a zone leaves out is made up for at once', () => {
  // Samoa went from the 29th of December 2011 to the 31st.
  expect(next(byCron('0 12 30 12 *', 'Pacific/Apia'), '2011-12-29T12:00:00Z', 1)).toEqual([
    '2011-12-30T10:00',
  ]);
});

it('An expression that matches no further time has an end', () => {
  expect(next(byCron('0 0 30 2 *', 'Etc/UTC'), '2026-01-01T00:00:00Z')).toEqual([]);
});

describe('Intervals', () => {
  const every90Minutes: PlanRule = {
    kind: 'interval',
    intervalMs: 90 * 60_000,
    anchorMs: Date.parse('2026-03-29T00:00:00Z'),
  };

  it('count in absolute time from their anchor, before it as well', () => {
    expect(next(every90Minutes, '2026-03-29T00:00:00Z')).toEqual([
      '2026-03-29T01:30',
      '2026-03-29T03:00',
      '2026-03-29T04:30',
    ]);
    expect(next(every90Minutes, '2026-03-28T20:00:00Z', 2)).toEqual(['2026-03-28T21:00', '2026-03-28T22:30']);
  });
});

describe('The last times', () => {
  const minutes = byCron('* * * * *', 'Europe/Berlin');
  const last = (rule: PlanRule, after: string, until: string, most: number) => {
    const { times, hasEarlier } = lastPlannedTimes(rule, Date.parse(after), Date.parse(until), most);
    return { times: times.map(told), hasEarlier };
  };

  it('are those after one instant and up to the other', () => {
    expect(last(minutes, '2026-11-30T12:00:00Z', '2026-11-30T12:02:00Z', 5)).toEqual({
      times: ['2026-11-30T12:01', '2026-11-30T12:02'],
      hasEarlier: false,
    });
    expect(last(minutes, '2026-11-30T12:00:00Z', '2026-11-30T12:00:59Z', 5)).toEqual({
      times: [],
      hasEarlier: false,
    });
  });

  it('are no more than asked for, however long it was', () => {
    expect(last(minutes, '2000-01-01T00:00:00Z', '2026-11-30T12:02:00Z', 2)).toEqual({
      times: ['2026-11-30T12:01', '2026-11-30T12:02'],
      hasEarlier: true,
    });
    expect(last(byCron('0 0 1 1 *', 'Etc/UTC'), '2020-06-01T00:00:00Z', '2026-11-30T12:00:00Z', 100)).toEqual(
      {
        times: [2021, 2022, 2023, 2024, 2025, 2026].map((year) => `${year}-01-01T00:00`),
        hasEarlier: false,
      },
    );
  });
});
