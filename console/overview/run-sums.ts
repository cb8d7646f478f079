import type { Overview } from '../../client';
import type { ChartProps } from '../chart/chart-values';

type Hours = Overview['runs_by_hour'];

/** How many runs ended in all of these hours, and how many of them failed. */
export function lastDay(hours: Hours): { readonly ended: number; readonly failed: number } {
  let ended = 0;
  let failed = 0;
  for (const hour of hours) {
    ended += hour.completed + hour.failed + hour.cancelled;
    failed += hour.failed;
  }
  return { ended, failed };
}

/** The hours as a chart's values, failed runs upon the others. */
export const hourlyChart = (hours: Hours): Pick<ChartProps, 'at' | 'series'> => ({
  at: hours.map(({ hour }) => Date.parse(hour) / 1_000),
  series: [
    { name: 'Completed', colour: 'good', isStacked: true, values: hours.map(({ completed }) => completed) },
    { name: 'Cancelled', colour: 'quiet', isStacked: true, values: hours.map(({ cancelled }) => cancelled) },
    { name: 'Failed', colour: 'bad', isStacked: true, values: hours.map(({ failed }) => failed) },
  ],
});
