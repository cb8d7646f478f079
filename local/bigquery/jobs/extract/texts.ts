import type { Field } from '../../model';

/** A cell as extracts write it where that is not as it is held: "2024-09-01 10:11:12.5 UTC" of a TIMESTAMP. */
export function textOf(cell: string, { type }: Field): string {
  return type === 'TIMESTAMP' ? timestampText(BigInt(cell)) : cell;
}

function timestampText(micros: bigint): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, 19).replace('T', ' ');
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
  return `${seconds}${fraction} UTC`;
}
