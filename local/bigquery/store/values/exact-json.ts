import { JsonFault, type JsonNode, readJson } from './json-syntax';

/** A value for a JSON column, as the column keeps it. */
export class JsonText {
  constructor(readonly text: string) {}
}

export type ExactJson = { readonly text: string } | { readonly problem: string };

/**
 * A JSON text as a JSON column keeps it, and as GoogleSQL's `TO_JSON_STRING(PARSE_JSON(text))` writes it:
 * members by name, the first of those with one name, whole numbers of 64 bits exact, other numbers as
 * floating point where that loses nothing. What would be rounded or overflow is refused, as by PARSE_JSON
 * with `wide_number_mode => 'exact'`, its default. A test holds this to the engine. (Where a number lies just
 * between two floating-point numbers, as 1e23 does, the engine may choose another one than JavaScript.)
 */
export function exactJson(text: string): ExactJson {
  try {
    return { text: textOfNode(readJson(text)) };
  } catch (error) {
    if (error instanceof JsonFault) return { problem: error.message };
    throw error;
  }
}

/** @throws JsonFault for a number that would not be kept exactly */
export function textOfNode(node: JsonNode): string {
  switch (node.kind) {
    case 'literal':
      return String(node.value);
    case 'string':
      return JSON.stringify(node.text);
    case 'number':
      return exactNumber(node.digits);
    case 'array':
      return `[${node.items.map(textOfNode).join()}]`;
    case 'object':
      for (const value of node.repeated) textOfNode(value);
      return `{${[...node.members]
        .sort(byName)
        .map(([name, value]) => `${JSON.stringify(name)}:${textOfNode(value)}`)
        .join()}}`;
  }
}

/** By the bytes of UTF-8, as the engine sorts. */
const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

const leastInteger = -(2n ** 63n);
const mostInteger = 2n ** 64n - 1n;

function exactNumber(digits: string): string {
  if (/^-?\d+$/.test(digits)) {
    const whole = BigInt(digits);
    if (whole >= leastInteger && whole <= mostInteger) return String(whole);
  }
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new JsonFault(`Input number: ${digits} is too large`, 0);
  const written = partsOf(digits);
  const kept = partsOf(String(value));
  if (written.significant !== kept.significant || written.point !== kept.point) {
    throw new JsonFault(`Input number: ${digits} cannot round-trip through string representation`, 0);
  }
  return floatText(kept, digits.startsWith('-') ? '-' : '');
}

/** A number's digits without zeros around them, and where its point is: 12.5 is ('125', 2). */
interface Parts {
  readonly significant: string;
  readonly point: number;
}

function partsOf(digits: string): Parts {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? [];
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '').replace(/0+$/, '');
  if (significant === '') return { significant: '', point: 0 };
  const leading = all.length - all.replace(/^0+/, '').length;
  return { significant, point: whole.length - leading + Number(exponent) };
}

/** The engine's form: plain from 1e-4 to below 1e15, with a decimal point, else with an exponent. */
function floatText({ significant, point }: Parts, sign: string): string {
  const count = significant.length;
  if (count === 0) return `${sign}0.0`;
  if (count <= point && point <= 15) return `${sign}${significant.padEnd(point, '0')}.0`;
  if (point > 0 && point <= 15) return `${sign}${significant.slice(0, point)}.${significant.slice(point)}`;
  if (point > -4 && point <= 0) return `${sign}0.${'0'.repeat(-point)}${significant}`;
  const fraction = count > 1 ? `.${significant.slice(1)}` : '';
  const exponent = point - 1;
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${significant.slice(0, 1)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
}
