/** Figures with their units, as people read them. Pure. */

/**
 * With their thousands apart. Intl.NumberFormat is left out of it: to make the first one takes a browser 15 ms, before
 * anything is shown.
 */
const rounded = (value: number, unit: number): string =>
  `${Math.round(value * unit) / unit}`.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** 12,345 */
export const count = (value: number): string => rounded(value, 1);
/** 1,234.5 */
const short = (value: number): string => rounded(value, 10);

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Binary units, by which BigQuery bills. */
export function bytes(value: number): string {
  let rest = value;
  let unit = 0;
  while (rest >= 1024 && unit < byteUnits.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? count(rest) : short(rest)} ${byteUnits[unit]}`;
}

/** 850 ms, 12.3 s, 4 min 5 s, 2 h 7 min, 3 d 4 h */
export function duration(ms: number): string {
  if (ms < 1_000) return `${count(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 59.95) return `${short(seconds)} s`;
  const pairs = [
    [86_400, 'd', 3_600, 'h'],
    [3_600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  const whole = Math.round(seconds);
  for (const [large, largeUnit, small, smallUnit] of pairs) {
    if (whole < large) continue;
    const rest = Math.floor((whole % large) / small);
    return `${count(Math.floor(whole / large))} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
  }
  return `${count(whole)} s`;
}

/** A share from 0 to 1: 0.5 %, 12 % */
export const percent = (share: number): string => `${(share < 0.1 ? short : count)(share * 100)} %`;

/** @param currency ISO 4217 */
export const money = (value: number, currency: string): string =>
  new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    maximumFractionDigits: value !== 0 && value < 0.1 ? 5 : 2,
  }).format(value);

/** A quota: null is unlimited. */
export const limit = (value: number | null, unit: (value: number) => string = count): string =>
  value === null ? 'unlimited' : unit(value);
