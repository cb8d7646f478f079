import type { ParameterDefinition } from '../../definitions/schemas/pipeline-schema';
import { shorten } from '../../support/shorten';

type Parsed = { readonly ok: true; readonly value: string | number | boolean } | Refusal;
interface Refusal {
  readonly ok: false;
  readonly message: string;
}

/** The longest STRING parameter, in characters. */
export const maximumStringLength = 4096;

/** BigQuery's INT64 range. */
const smallestInt64 = -(2n ** 63n);
const largestInt64 = 2n ** 63n - 1n;

/**
 * Turns a value into its canonical form, or says what was expected. `given` is neither null nor undefined.
 */
export function parseParameterValue(name: string, definition: ParameterDefinition, given: unknown): Parsed {
  const value = valueParsers[definition.type](given);
  if (value === undefined) return refuse(name, given, expectations[definition.type]);
  if (definition.type === 'STRING' && !matches(definition.pattern, String(value))) {
    return refuse(name, given, `a STRING that matches ${definition.pattern}`);
  }
  return { ok: true, value };
}

const expectations: Record<ParameterDefinition['type'], string> = {
  STRING: `a STRING of at most ${maximumStringLength} characters`,
  INT64: 'an INT64: a whole number (as a string of digits beyond 2^53)',
  FLOAT64: 'a FLOAT64: a number',
  BOOL: 'a BOOL: true or false',
  DATE: 'a DATE like "2026-01-31"',
  TIMESTAMP: 'a TIMESTAMP with a time zone, like "2026-01-31T12:00:00Z"',
  NUMERIC: 'a NUMERIC: a number, or a string of up to 29 digits before and 9 after the decimal point',
};

const valueParsers: Record<
  ParameterDefinition['type'],
  (given: unknown) => string | number | boolean | undefined
> = {
  STRING: (given) => (typeof given === 'string' && given.length <= maximumStringLength ? given : undefined),
  INT64: parseInt64,
  FLOAT64: (given) => (typeof given === 'number' && Number.isFinite(given) ? given : undefined),
  BOOL: (given) => (typeof given === 'boolean' ? given : undefined),
  DATE: (given) => (typeof given === 'string' && isDate(given) ? given : undefined),
  TIMESTAMP: parseTimestamp,
  NUMERIC: parseNumeric,
};

function parseInt64(given: unknown): string | number | undefined {
  if (typeof given === 'number') return Number.isSafeInteger(given) ? given : undefined;
  if (typeof given !== 'string' || !/^-?\d{1,19}$/.test(given)) return undefined;
  const exact = BigInt(given);
  if (exact < smallestInt64 || exact > largestInt64) return undefined;
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact.toString();
}

/** A plain decimal without meaningless zeros. A number counts by its shortest decimal form. */
function parseNumeric(given: unknown): string | undefined {
  if (typeof given !== 'string' && typeof given !== 'number') return undefined;
  const match = /^(-?)(\d{1,29})(?:\.(\d{1,9}))?$/.exec(String(given));
  if (!match) return undefined;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const digits = BigInt(whole).toString();
  const rest = fraction.replace(/0+$/, '');
  const text = rest === '' ? digits : `${digits}.${rest}`;
  return text === '0' ? '0' : `${sign}${text}`;
}

/** To UTC with microseconds, e.g. "2026-01-31T10:00:00.000000Z" for "2026-01-31T12:00:00+02:00". */
function parseTimestamp(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const match =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/.exec(given);
  if (!match) return undefined;
  const [, date = '', time = '', fraction = '', zone = ''] = match;
  if (!isDate(date) || !/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time)) return undefined;
  const moment = new Date(`${date}T${time}${zone}`).toISOString();
  if (!/^\d{4}-/.test(moment) || moment.startsWith('0000')) return undefined;
  return `${moment.slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The whole value has to match, as in an HTML form's pattern. */
function matches(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || new RegExp(`^(?:${pattern})$`).test(value);
}

function refuse(name: string, given: unknown, expected: string): Refusal {
  const shown = shorten(JSON.stringify(given) ?? String(given));
  return { ok: false, message: `Parameter '${name}' must be ${expected}; given ${shown}.` };
}
