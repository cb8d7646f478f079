import {
  comingTimes,
  dueTimes,
  type MissedPolicy,
  type Timetable,
} from '../../../../shared/schedules/rules/due-times';

const at = (text: string) => Date.parse(`2026-11-30T${text}Z`);
const hourly = (missed: MissedPolicy, handledUntil: string, spreadMs = 0): Timetable => ({
  rule: { kind: 'cron', cron: '0 * * * *', timeZone: 'Etc/UTC' },
  spreadMs,
  missed,
  handledUntilMs: at(handledUntil),
});
const due = (timetable: Timetable, now: string) =>
  dueTimes(timetable, at(now)).times.map(
    ({ plannedMs, decision }) => `${new Date(plannedMs).toISOString().slice(11, 16)} ${decision}`,
  );

describe('Due times', () => {
  it('are those that have come since the last that were handled', () => {
    expect(due(hourly('skip', '11:00:00'), '11:59:59')).toEqual([]);
    expect(due(hourly('skip', '11:00:00'), '12:00:00')).toEqual(['12:00 start']);
    expect(due(hourly('skip', '12:00:00'), '12:00:30')).toEqual([]);
  });

  it('come later by the spread of the schedule', () => {
    expect(due(hourly('skip', '11:00:00', 90_000), '12:01:29')).toEqual([]);
    expect(due(hourly('skip', '11:00:00', 90_000), '12:01:30')).toEqual(['12:00 start']);
    // Late is what is late after the spread.
    expect(due(hourly('skip', '11:00:00', 1_800_000), '12:35:00')).toEqual(['12:00 start']);
  });

  it('are in time for five minutes', () => {
    expect(due(hourly('skip', '11:00:00'), '12:05:00')).toEqual(['12:00 start']);
    expect(due(hourly('skip', '11:00:00'), '12:05:01')).toEqual(['12:00 missed']);
  });

  it.each([
    ['skip', '12:30:00', ['10:00 missed', '11:00 missed', '12:00 missed']],
    ['skip', '12:01:00', ['10:00 missed', '11:00 missed', '12:00 start']],
    ['last', '12:30:00', ['10:00 missed', '11:00 missed', '12:00 start']],
    ['last', '12:01:00', ['10:00 missed', '11:00 missed', '12:00 start']],
    ['all', '12:30:00', ['10:00 start', '11:00 start', '12:00 start']],
  ] as const)('that were missed are treated as %s says, at %s', (missed, now, expected) => {
    expect(due(hourly(missed, '09:00:00'), now)).toEqual(expected);
  });

  it('that were missed are made up for up to a hundred, and before them nothing is listed', () => {
    const minutely: Timetable = {
      ...hourly('all', '01:00:00'),
      rule: { kind: 'interval', intervalMs: 60_000, anchorMs: 0 },
    };
    const { times, missedSinceMs } = dueTimes(minutely, at('12:00:00'));
    expect(times).toHaveLength(100);
    expect([times[0]?.plannedMs, times.at(-1)?.plannedMs]).toEqual([at('10:21:00'), at('12:00:00')]);
    expect(missedSinceMs).toBe(at('01:00:00'));
  });
});

it('The coming times are those whose runs have not started', () => {
  const coming = (timetable: Timetable, now: string) =>
    comingTimes(timetable, at(now), 2).map((ms) => new Date(ms).toISOString().slice(11, 16));
  expect(coming(hourly('last', '11:00:00'), '12:10:00')).toEqual(['13:00', '14:00']);
  expect(coming(hourly('last', '11:00:00', 1_200_000), '12:10:00')).toEqual(['12:00', '13:00']);
  expect(coming(hourly('last', '15:00:00'), '12:10:00')).toEqual(['16:00', '17:00']);
});
