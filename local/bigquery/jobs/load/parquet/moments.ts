import { dateOfDays } from '../../../sql/codec/civil-time';

const dayMicros = 86_400_000_000n;
/** 0001-01-01 and 9999-12-31, in days since 1970. */
const firstDay = -719_162;
const lastDay = 2_932_896;

export const isDay = (days: number): boolean => days >= firstDay && days <= lastDay;

/** Whether microseconds since 1970 lie in the years 1 to 9999. */
export const isMoment = (micros: bigint): boolean =>
  micros >= BigInt(firstDay) * dayMicros && micros < BigInt(lastDay + 1) * dayMicros;

/** "10:11:12[.ffffff]" of microseconds since midnight. */
export function timeText(micros: bigint): string {
  const clock = new Date(Number(micros / 1000n)).toISOString().slice(11, 19);
  const fraction = String(micros % 1_000_000n).padStart(6, '0');
  return fraction === '000000' ? clock : `${clock}.${fraction}`;
}

/** "2024-09-01T10:11:12[.ffffff]" of microseconds since 1970. */
export function dateTimeText(micros: bigint): string {
  const sinceMidnight = ((micros % dayMicros) + dayMicros) % dayMicros;
  return `${dateOfDays(Number((micros - sinceMidnight) / dayMicros))}T${timeText(sinceMidnight)}`;
}
