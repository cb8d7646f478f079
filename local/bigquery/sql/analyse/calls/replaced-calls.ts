import type { ByteSpan } from '../../engine/tree';
import { notImplemented } from '../../parse/query-errors';
import { type Edit, edited, type SqlText, slice } from '../../parse/sql-text';
import type { FunctionCall } from '../scans';
import { geographyCall, unplaced } from './geography-calls';
import { rangeCall } from './range-calls';

/** A random (version 4) UUID: 122 random bits, from six draws per row. */
const hexDraw = (digits: number) => `FORMAT('%0${digits}x', CAST(FLOOR(RAND() * ${16 ** digits}) AS INT64))`;
const uuidExpression = [
  `${hexDraw(8)}, '-', ${hexDraw(4)}, '-4', ${hexDraw(3)}, '-'`,
  `FORMAT('%x', CAST(FLOOR(RAND() * 4) AS INT64) + 8), ${hexDraw(3)}, '-', ${hexDraw(6)}, ${hexDraw(6)}`,
].join(', ');

/** The name of the parameter that carries the time of the statement, where the caller gives one. */
export const nowParameter = '__now';

const clockFunctions: Readonly<Record<string, string>> = {
  'ZetaSQL:current_timestamp': '',
  'ZetaSQL:current_date': 'DATE',
  'ZetaSQL:current_datetime': 'DATETIME',
  'ZetaSQL:current_time': 'TIME',
};

/**
 * Calls that the engine cannot evaluate, or that must follow the caller's clock, put as other calls. Only
 * calls without arguments (and clock functions with a time zone) change, and those of geographies and ranges.
 * @param others further edits of the text, which may lie inside a call
 * @returns all of the edits
 */
export function replacedCalls(
  calls: readonly FunctionCall[],
  text: SqlText,
  now: Date | undefined,
  others: readonly Edit[],
): readonly Edit[] {
  refuseSafe(calls, text);
  const known = new Map(calls.map((call) => [`${call.span.start}-${call.span.end}`, call]));
  const replaceable = [...known.values()].filter(
    (call) => replacementOf(call, () => 'NULL', now) !== undefined,
  );
  const editsIn = (area: ByteSpan): readonly Edit[] => {
    const inside = replaceable.filter(({ span }) => isWithin(span, area));
    const outermost = inside.filter(({ span }) => !inside.some((other) => isInside(span, other.span)));
    const own = outermost.map((call) => ({
      ...call.span,
      replacement: replacementOf(call, (span) => writtenWith(text, span, editsIn(span)), now) ?? '',
    }));
    const rest = others.filter((edit) => isWithin(edit, area) && !own.some((call) => isWithin(edit, call)));
    return [...own, ...rest];
  };
  return editsIn({ start: 0, end: text.bytes.length });
}

/** What is put in other words would fail in other places. */
function refuseSafe(calls: readonly FunctionCall[], text: SqlText): void {
  for (const { name, span } of calls) {
    const own = /^ZetaSQL:(st_\w+|range_contains)$/.exec(name)?.[1];
    if (own !== undefined && /^SAFE\s*\./i.test(text.bytes.slice(span.start, span.start + 20)))
      throw notImplemented(`The function SAFE.${own.toUpperCase()}`);
  }
}

const isWithin = (inner: ByteSpan, outer: ByteSpan): boolean =>
  outer.start <= inner.start && inner.end <= outer.end;

const isInside = (inner: ByteSpan, outer: ByteSpan): boolean =>
  isWithin(inner, outer) && outer.end - outer.start > inner.end - inner.start;

/** A stretch of a text after edits inside it. */
function writtenWith(text: SqlText, { start, end }: ByteSpan, edits: readonly Edit[]): string {
  const moved = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  return edited(slice(text, { start, end }), moved).bytes;
}

function replacementOf(
  call: FunctionCall,
  written: (span: ByteSpan) => string,
  now: Date | undefined,
): string | undefined {
  const given = call.argumentSpans.map((span) => (span === undefined ? unplaced : written(span)));
  const ofTypes = geographyCall(call.name, given) ?? rangeCall(call, given);
  if (ofTypes !== undefined) return ofTypes;
  if (call.name === 'ZetaSQL:generate_uuid') return `CONCAT(${uuidExpression})`;
  const convert = clockFunctions[call.name];
  if (convert === undefined || now === undefined) return undefined;
  if (convert === '') return `@${nowParameter}`;
  const [zone] = call.argumentSpans;
  const zoneText = zone === undefined ? '' : `, ${written(zone)}`;
  if (call.argumentSpans.length > 0 && zone === undefined) return undefined;
  return `${convert}(@${nowParameter}${zoneText})`;
}

/** Whether a function tells the time. */
export function isClock(name: string): boolean {
  return name in clockFunctions;
}
