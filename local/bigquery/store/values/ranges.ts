/** RANGE, whose cells are texts as REST has them: `[start, end)`, either of them perhaps UNBOUNDED. */

/** The bounds of a range; undefined: it has none on that side. */
export interface Bounds {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

const unbounded = /^(UNBOUNDED|NULL)$/i;

/** Reads a range's text; undefined where it is none. */
export function boundsOfRange(text: string): Bounds | undefined {
  const [, start = '', end = ''] = /^\s*\[\s*([^,]+?)\s*,\s*([^,]+?)\s*\)\s*$/.exec(text) ?? [];
  if (start === '' || end === '') return undefined;
  return { start: boundOf(start), end: boundOf(end) };
}

/** A bound's text; undefined where it stands for none. */
export const boundOf = (text: string | undefined): string | undefined =>
  text === undefined || unbounded.test(text) ? undefined : text;

export const rangeText = ({ start = 'UNBOUNDED', end = 'UNBOUNDED' }: Bounds): string => `[${start}, ${end})`;

/** Whether a range begins before it ends. Its bounds are cells. */
export function isAscending({ start, end }: Bounds): boolean {
  if (start === undefined || end === undefined) return true;
  const isNumber = /^-?\d+$/.test(start);
  return isNumber ? BigInt(start) < BigInt(end) : start < end;
}

/**
 * A range with other texts for its bounds; undefined where one of them has none.
 * @param convert gives a bound's other text
 */
export function convertedRange(
  { start, end }: Bounds,
  convert: (bound: string) => string | undefined,
): Bounds | undefined {
  const [first, last] = [start, end].map((bound) => (bound === undefined ? 'UNBOUNDED' : convert(bound)));
  return first === undefined || last === undefined
    ? undefined
    : { start: boundOf(first), end: boundOf(last) };
}
