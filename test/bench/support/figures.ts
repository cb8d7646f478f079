/** The value below which a share (0 to 1) of the values lies: the nearest one that was measured. NaN where there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A median, and between which values it was taken: `12.3 (11.0…15.2)`. */
export const medianAndRange = (values: readonly number[], digits = 1): string =>
  `${shown(median(values), digits)} (${shown(Math.min(...values), digits)}…${shown(Math.max(...values), digits)})`;

/** A number as the tables show it; what is not a number as a dash. */
export const shown = (value: number, digits = 1): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

/** Median, 99th percentile and the most: `12, 34, 56`. */
export const spreadOf = (values: readonly number[]): string =>
  [median(values), quantile(values, 0.99), quantile(values, 1)].map((value) => shown(value, 0)).join(', ');
