import type { Pipeline } from '../../../client';

/** A pipeline's parameters as fields of a form, and as the interface takes them. Pure. */

export type ParameterDefinitions = Pipeline['parameters'];
export type ParameterDefinition = ParameterDefinitions[string];
/** What stands in the fields, by the parameters' names. */
export type ParameterTexts = Readonly<Record<string, string>>;

export interface ReadParameters {
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** What is wrong, by the parameters' names. */
  readonly errors: ReadonlyMap<string, string>;
}

/**
 * What the fields begin with.
 * @param withExamples where there is no default, the example that the definition has
 * @param given values of another run, which go before all else
 */
export const textsAtFirst = (
  definitions: ParameterDefinitions,
  withExamples = false,
  given: Readonly<Record<string, unknown>> = {},
): ParameterTexts =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, { default: usual, example }]) => {
      const value = given[name] ?? usual ?? (withExamples ? example : undefined);
      return [name, value == null ? '' : String(value)];
    }),
  );

/** Whether there is something that `textsAtFirst` adds with examples. */
export const haveExamples = (definitions: ParameterDefinitions): boolean =>
  Object.values(definitions).some(({ default: usual, example }) => usual == null && example !== undefined);

/**
 * The values of all fields that say something: what is left empty takes its default.
 * @param left names that are not asked for here, such as the date of a backfill
 */
export function readParameters(
  definitions: ParameterDefinitions,
  texts: ParameterTexts,
  left: ReadonlySet<string> = new Set(),
): ReadParameters {
  const values: Record<string, string | number | boolean> = {};
  const errors = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    if (left.has(name)) continue;
    const text = texts[name] ?? '';
    if (text.trim() === '') {
      if (definition.required === true) errors.set(name, 'A value is needed.');
      continue;
    }
    const value = readValue(definition, text);
    if (value === undefined) errors.set(name, expectationOf(definition));
    else values[name] = value;
  }
  return { values, errors };
}

const timestampPattern = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/;

function readValue(definition: ParameterDefinition, given: string): string | number | boolean | undefined {
  const { type, pattern } = definition;
  const text = type === 'STRING' ? given : given.trim();
  switch (type) {
    case 'INT64':
      if (!/^-?\d{1,19}$/.test(text)) return undefined;
      // Beyond 2^53 only digits are exact.
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'FLOAT64':
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'BOOL':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'DATE':
      return isDate(text) ? text : undefined;
    case 'TIMESTAMP':
      return timestampPattern.test(text) ? text : undefined;
    case 'NUMERIC':
      return /^-?\d{1,29}(\.\d{1,9})?$/.test(text) ? text : undefined;
    default:
      return isMatch(pattern, text) ? text : undefined;
  }
}

const isDate = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  const isRead = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time);
  return isRead && new Date(time).toISOString().startsWith(text);
};

/** As the interface does: the whole value has to match. A pattern that this browser does not know lets all pass. */
function isMatch(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return true;
  }
}

/** What a value has to look like. */
export function expectationOf({ type, pattern }: ParameterDefinition): string {
  switch (type) {
    case 'INT64':
      return 'A whole number is expected, such as 42.';
    case 'FLOAT64':
      return 'A number is expected, such as 0.5.';
    case 'BOOL':
      return 'true or false is expected.';
    case 'DATE':
      return 'A day is expected, such as 2026-01-31.';
    case 'TIMESTAMP':
      return 'A time with its zone is expected, such as 2026-01-31T12:00:00Z.';
    case 'NUMERIC':
      return 'A decimal number is expected, such as 12.50.';
    default:
      return pattern === undefined ? 'A text is expected.' : `A text is expected that matches ${pattern}`;
  }
}

/** The parameters that can take the date of a backfill: those of dates first, then texts that look like one. */
export const dateParameters = (definitions: ParameterDefinitions): readonly string[] =>
  ['DATE', 'STRING'].flatMap((wanted) =>
    Object.entries(definitions).flatMap(([name, definition]) =>
      definition.type === wanted && (wanted === 'DATE' || isTextOfDate(definition)) ? [name] : [],
    ),
  );

/** A text without a pattern takes a date as it takes all: that it is meant for one its usual value tells. */
const isTextOfDate = ({ pattern, default: usual, example }: ParameterDefinition): boolean =>
  pattern === undefined ? isDate(String(usual ?? example)) : isMatch(pattern, '2026-01-31');

/** How many runs a backfill has; undefined where the days make no period. Months count by their first days. */
export function backfillRuns(from: string, to: string, step: 'day' | 'month'): number | undefined {
  if (!isDate(from) || !isDate(to) || from > to) return undefined;
  if (step === 'day') return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  const monthsOf = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return monthsOf(to) - monthsOf(from) + (from.endsWith('-01') ? 1 : 0);
}
