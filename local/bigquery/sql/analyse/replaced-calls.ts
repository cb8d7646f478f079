import { bytesAt, type Edit, type SqlText } from '../parse/sql-text';
import type { FunctionCall } from './scans';

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
 * calls without arguments (and clock functions with a time zone) change.
 */
export function replacedCalls(
  calls: readonly FunctionCall[],
  text: SqlText,
  now: Date | undefined,
): readonly Edit[] {
  const edits = new Map<number, Edit>();
  for (const call of calls) {
    const replacement = replacementOf(call, text, now);
    if (replacement !== undefined) edits.set(call.span.start, { ...call.span, replacement });
  }
  return [...edits.values()];
}

function replacementOf(call: FunctionCall, text: SqlText, now: Date | undefined): string | undefined {
  if (call.name === 'ZetaSQL:generate_uuid') return `CONCAT(${uuidExpression})`;
  const convert = clockFunctions[call.name];
  if (convert === undefined || now === undefined) return undefined;
  if (convert === '') return `@${nowParameter}`;
  const [zone] = call.argumentSpans;
  const zoneText = zone === undefined ? '' : `, ${bytesAt(text, zone)}`;
  if (call.argumentSpans.length > 0 && zone === undefined) return undefined;
  return `${convert}(@${nowParameter}${zoneText})`;
}

/** Whether a function tells the time. */
export function isClock(name: string): boolean {
  return name in clockFunctions;
}
