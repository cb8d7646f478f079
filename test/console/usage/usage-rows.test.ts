import { boundsOf, daysOf, lastMonths } from '../../../console/usage/usage-rows';

describe('Usage by months and days of UTC', () => {
  it('offers the last months, across a year’s end', () => {
    expect(lastMonths(Date.parse('2026-02-01T00:30:00+01:00'), 3)).toEqual(['2026-01', '2025-12', '2025-11']);
    expect(boundsOf('2026-12')).toEqual({ from: '2026-12-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' });
  });

  it('has each day that has begun, with what all its parts used', () => {
    const usage = [
      { day: '2026-11-02', runs: 2, bytes_billed: 10 },
      { day: '2026-11-02', runs: 1, bytes_billed: 5 },
      { day: '2026-11-03', runs: 7, bytes_billed: 1 },
    ];
    const days = daysOf('2026-11', usage, Date.parse('2026-11-03T00:00:01Z'));
    expect(days.map(({ runs, bytes }) => [runs, bytes])).toEqual([
      [0, 0],
      [3, 15],
      [7, 1],
    ]);
    expect(daysOf('2026-11', usage, Date.parse('2027-01-01T00:00:00Z'))).toHaveLength(30);
    expect(daysOf('2026-12', [], Date.parse('2026-11-30T00:00:00Z'))).toEqual([]);
  });
});
