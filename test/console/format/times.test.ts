import { ago, dayAndHour, localTime, monthOf, utcTime } from '../../../console/format/times';

const now = Date.parse('2026-11-30T19:16:05Z');

describe('Times, as people read them', () => {
  it('are told in the viewer’s zone, with the year where it is another', () => {
    const zone = jest.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-60);
    expect(localTime('2026-11-30T19:16:05.123Z', now)).toBe('30 Nov, 20:16:05');
    zone.mockReturnValue(240);
    expect(localTime('2025-06-01T00:00:00Z', now)).toBe('31 May 2025, 20:00:00');
    expect(dayAndHour(now, false)).toEqual(['30 Nov', '15:16']);
    expect(dayAndHour(Date.parse('2026-12-01T00:00:00Z'), true)).toEqual(['1 Dec', '00:00']);
    zone.mockRestore();
    expect(utcTime('2026-11-30T20:16:05.123+01:00')).toBe('2026-11-30 19:16:05 UTC');
  });

  it.each([
    ['2026-11-30T19:16:03Z', 'just now'],
    ['2026-11-30T19:15:35Z', '30 s ago'],
    ['2026-11-30T19:11:05Z', '5 min ago'],
    ['2026-11-30T22:16:05Z', 'in 3 h'],
    ['2026-11-29T19:16:05Z', '24 h ago'],
    ['2026-11-20T19:16:05Z', '10 d ago'],
  ])('%s is %s', (at, told) => expect(ago(at, now)).toBe(told));

  it('months are those of UTC', () =>
    expect(monthOf(Date.parse('2026-12-01T00:30:00+01:00'))).toBe('2026-11'));
});
