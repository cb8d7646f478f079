/** 860 ms are 0.9 s, 200 s are 3 min 20 s. */
export function durationText(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} min`, seconds % 60, 's');
  return withRest(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min');
}

const withRest = (whole: string, rest: number, unit: string): string =>
  rest === 0 ? whole : `${whole} ${rest} ${unit}`;

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** In powers of 1,000, with three figures. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  const figures = index === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${Number(value.toFixed(figures))} ${units[index]}`;
}

/** 12.35 USD; of small amounts three figures: 0.0000625 USD. */
export function costText(amount: number, currency: string): string {
  const figures =
    amount === 0 || amount >= 1
      ? { maximumFractionDigits: 2 }
      : { maximumSignificantDigits: 3, maximumFractionDigits: 20 };
  return `${amount.toLocaleString('en', figures)} ${currency}`;
}

/** An RFC 3339 time to the second, UTC: 2026-11-30 16:04:05. Anything else as it is. */
export function timeText(time: string): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? time : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** 1 row, 2 rows, 1,000 rows. */
export const countText = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

/** Texts of others may have characters that steer a terminal: they are taken out, but for ends of lines and tabs. */
export const plainText = (text: string): string => text.replace(/(?![\n\t])\p{Cc}/gu, '');
