import { hourlyChart, lastDay } from '../../../console/overview/run-sums';

const hours = [
  { hour: '2026-11-30T18:00:00.000Z', completed: 5, failed: 1, cancelled: 2 },
  { hour: '2026-11-30T19:00:00.000Z', completed: 0, failed: 0, cancelled: 0 },
];

it('runs of the last day are summed, and drawn by hour with the failed ones on top', () => {
  expect(lastDay(hours)).toEqual({ ended: 8, failed: 1 });
  expect(lastDay([])).toEqual({ ended: 0, failed: 0 });
  const { at, series } = hourlyChart(hours);
  expect(at).toEqual([1_796_061_600, 1_796_065_200]);
  expect(series.map(({ name, values }) => [name, values])).toEqual([
    ['Completed', [5, 0]],
    ['Cancelled', [2, 0]],
    ['Failed', [1, 0]],
  ]);
});
