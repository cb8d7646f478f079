import type { Field } from '../../../model';
import {
  bigNumericScale,
  formatDecimal,
  numericScale,
  toDecimal,
} from '../../../store/values/scaled-decimals';
import { ParquetFault } from './reader-messages';

const scales = { NUMERIC: numericScale, BIGNUMERIC: bigNumericScale } as const;

/** The unscaled whole number of a decimal, from any of the four types in which Parquet keeps it. */
export function unscaledOf(raw: unknown): bigint | undefined {
  if (typeof raw === 'bigint') return raw;
  if (typeof raw === 'number') return BigInt(raw);
  if (!(raw instanceof Uint8Array)) return undefined;
  if (raw.length === 0) return 0n;
  return BigInt.asIntN(raw.length * 8, BigInt(`0x${Buffer.from(raw).toString('hex')}`));
}

/**
 * The cell of a decimal.
 * @throws ParquetFault where digits would be lost, or the type's range is too small
 */
export function decimalCell(unscaled: bigint, scale: number, field: Field, path: string): string {
  // As a NUMERIC is cast to STRING; how BigQuery writes a decimal that is loaded as STRING is stated nowhere.
  if (field.type !== 'NUMERIC' && field.type !== 'BIGNUMERIC') return formatDecimal(unscaled, scale);
  const lost = scale - scales[field.type];
  if (lost > 0 && unscaled % 10n ** BigInt(lost) !== 0n) {
    const why = `Value will lose precision after scaling down to ${field.type} type`;
    throw outOfRange(unscaled, scale, field, path, why);
  }
  const cell = toDecimal(`${unscaled}e-${scale}`, field.type, field.precision, field.scale);
  if (cell === undefined) throw outOfRange(unscaled, scale, field, path, 'Value is too large');
  return cell;
}

const outOfRange = (unscaled: bigint, scale: number, { type }: Field, path: string, why: string) =>
  new ParquetFault(
    `The value for column '${path}' is out of valid ${type} range: ${why}; scale: ${scale}; input data: ${unscaled}`,
  );
