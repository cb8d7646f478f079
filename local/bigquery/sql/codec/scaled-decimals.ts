/** NUMERIC has 9 digits after the point and BIGNUMERIC 38; the engine holds both as scaled integers. */
export const numericScale = 9;
export const bigNumericScale = 38;

export const numericMaximum = 10n ** 38n - 1n;
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

/** The canonical text: no needless zeros, no exponent. */
export function formatDecimal(value: bigint, scale: number): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, -scale);
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}
