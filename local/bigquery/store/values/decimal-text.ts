/**
 * The sizes of BigQuery's decimal types: how many digits may stand after the point, and the largest absolute
 * value.
 */
interface DecimalType {
  readonly scale: number;
  /** The largest value, times ten to the power of `scale`. */
  readonly limit: bigint;
}

const numeric: DecimalType = { scale: 9, limit: 10n ** 38n - 1n };
/** BIGNUMERIC is a 256-bit integer scaled by 10^38. */
const bigNumeric: DecimalType = { scale: 38, limit: 2n ** 255n - 1n };

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * The canonical text of a NUMERIC or BIGNUMERIC ("1.25", "-3", "0"), computed on digits, never through
 * floating point. Digits behind the type's scale (or the column's own) are rounded half away from zero, as
 * BigQuery does on load. Undefined where the text is no number or is out of range.
 */
export function toDecimal(
  text: string,
  type: 'NUMERIC' | 'BIGNUMERIC',
  precision?: string,
  columnScale?: string,
): string | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const { scale: typeScale, limit } = type === 'NUMERIC' ? numeric : bigNumeric;
  const scale = precision === undefined ? typeScale : Number(columnScale ?? '0');
  const unscaled = rescale(BigInt(whole + fraction), Number(exponent) - fraction.length, scale);
  const largest = precision === undefined ? limit : 10n ** BigInt(precision) - 1n;
  if (unscaled > largest) return undefined;
  return format(unscaled, scale, sign === '-' && unscaled !== 0n);
}

/**
 * `digits` × 10^`exponent` as a whole number of 10^-`scale`, rounded half up (the caller deals with the
 * sign).
 */
function rescale(digits: bigint, exponent: number, scale: number): bigint {
  const shift = exponent + scale;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (digits + divisor / 2n) / divisor;
}

function format(unscaled: bigint, scale: number, negative: boolean): string {
  const digits = unscaled.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
