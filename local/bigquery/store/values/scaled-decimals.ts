/**
 * NUMERIC and BIGNUMERIC, whose values are texts in cells and integers scaled by 10^scale where they are
 * computed with: never floating point.
 */

/** Digits after the point. */
export const numericScale = 9;
export const bigNumericScale = 38;

export const numericMaximum = 10n ** 38n - 1n;
/** BIGNUMERIC is a scaled 256-bit integer. */
export const bigNumericMaximum = 2n ** 255n - 1n;
export const bigNumericMinimum = -(2n ** 255n);

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/**
 * Reads a decimal text as an integer scaled by 10^scale, rounding halves away from zero. Undefined where the
 * text is no number.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const found = decimalPattern.exec(text.trim());
  if (found === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  if (whole === '' && fraction === '') return undefined;
  const shift = scale - fraction.length + Number(exponent);
  const digits = BigInt(`${whole}${fraction}`);
  const magnitude = shift >= 0 ? digits * powerOfTen(shift) : dividedRounded(digits, powerOfTen(-shift));
  return sign === '-' ? -magnitude : magnitude;
}

const powersOfTen = Array.from({ length: bigNumericScale + 1 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return powersOfTen[exponent] ?? 10n ** BigInt(exponent);
}

function dividedRounded(value: bigint, divisor: bigint): bigint {
  return (value + divisor / 2n) / divisor;
}

/** Rounds a scaled integer to fewer digits after the point, halves away from zero, keeping its scale. */
export function roundScaled(value: bigint, scale: number, digits: number): bigint {
  if (digits >= scale) return value;
  const unit = 10n ** BigInt(scale - digits);
  const magnitude = dividedRounded(value < 0n ? -value : value, unit) * unit;
  return value < 0n ? -magnitude : magnitude;
}

/** The canonical text ("1.25", "-3", "0"): no needless zeros, no exponent. */
export function formatDecimal(value: bigint, scale: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * The canonical text of what is to become a NUMERIC or BIGNUMERIC. Digits behind the type's scale (or the
 * column's own) are rounded half away from zero, as BigQuery does on load. Undefined where the text is no
 * number or is out of range.
 */
export function toDecimal(
  text: string,
  type: 'NUMERIC' | 'BIGNUMERIC',
  precision?: string,
  columnScale?: string,
): string | undefined {
  const typeScale = type === 'NUMERIC' ? numericScale : bigNumericScale;
  const typeMaximum = type === 'NUMERIC' ? numericMaximum : bigNumericMaximum;
  const scale = precision === undefined ? typeScale : Number(columnScale ?? '0');
  const maximum = precision === undefined ? typeMaximum : 10n ** BigInt(precision) - 1n;
  const value = parseDecimal(text, scale);
  if (value === undefined || value > maximum || value < -maximum) return undefined;
  return formatDecimal(value, scale);
}
