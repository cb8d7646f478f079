import { datesOf, mostDates } from '../../../../shared/operations/rules/backfill';

it.each([
  ['day', '2024-02-28', '2024-03-01', ['2024-02-28', '2024-02-29', '2024-03-01']],
  ['day', '2026-01-31', '2026-01-31', ['2026-01-31']],
  ['day', '2026-02-01', '2026-01-31', []],
  ['month', '2025-11-01', '2026-02-01', ['2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01']],
  ['month', '2025-11-02', '2026-01-31', ['2025-12-01', '2026-01-01']],
  ['month', '2025-11-02', '2025-11-30', []],
] as const)('each %s from %s to %s', (step, from, to, dates) => {
  expect(datesOf(from, to, step)).toEqual(dates);
});

it('a year has its days, and more than there may be are told by one more', () => {
  expect(datesOf('2025-01-01', '2025-12-31', 'day')).toHaveLength(365);
  expect(datesOf('0001-01-01', '9999-12-31', 'day')).toHaveLength(mostDates + 1);
  expect(datesOf('9999-12-30', '9999-12-31', 'day')).toHaveLength(2);
  expect(datesOf('0001-01-31', '0001-03-01', 'month')).toEqual(['0001-02-01', '0001-03-01']);
});
