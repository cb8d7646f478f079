/**
 * INTERVAL, whose cells are texts as REST has them, `years-months days hours:minutes:seconds`, and which the engine
 * has in 16 bytes: microseconds (8), days (4), and in the last 4 the months with their sign, from the 13th bit on.
 */

const monthsShift = 13;
const signBit = 0x8000_0000;
const monthsMask = 0x7fff_e000;

/** The cell of an interval that the engine answers. */
export function intervalText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const micros = view.getBigInt64(0, true);
  const days = view.getInt32(8, true);
  const rest = view.getUint32(12, true);
  const months = (rest & monthsMask) >>> monthsShift;
  const sign = months > 0 && (rest & signBit) !== 0 ? '-' : '';
  return `${sign}${Math.floor(months / 12)}-${months % 12} ${days} ${timeText(micros)}`;
}

function timeText(micros: bigint): string {
  const sign = micros < 0n ? '-' : '';
  const whole = micros < 0n ? -micros : micros;
  const seconds = whole / 1_000_000n;
  const fraction = String(whole % 1_000_000n).padStart(6, '0');
  const digits =
    fraction === '000000' ? '' : `.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction}`;
  return `${sign}${seconds / 3600n}:${(seconds / 60n) % 60n}:${seconds % 60n}${digits}`;
}

const pattern = /^([+-]?)(\d+)-(\d+) ([+-]?\d+) ([+-]?)(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?$/;

/** The engine's bytes of an interval; undefined where the text is none. */
export function intervalBytes(text: string): Buffer | undefined {
  const found = pattern.exec(text.trim());
  if (found === null) return undefined;
  const [, monthSign, years, months, days, timeSign, hours, minutes, seconds, fraction = ''] = found;
  const time = (BigInt(hours ?? 0) * 60n + BigInt(minutes ?? 0)) * 60n + BigInt(seconds ?? 0);
  const micros = time * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  const allMonths = Number(years) * 12 + Number(months);
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(timeSign === '-' ? -micros : micros, 0);
  bytes.writeInt32LE(Number(days), 8);
  const sign = monthSign === '-' && allMonths > 0 ? signBit : 0;
  bytes.writeUInt32LE((sign | (allMonths << monthsShift)) >>> 0, 12);
  return bytes;
}
