import { BigQueryError } from '../../bigquery-error';
import type { Field } from '../../model';
import type { ConvertText } from './json-rows';
import { type Converted, scalarOfText } from './scalars';
import { compileFormat, type FormattedTime, type FormattedType, type ReadFormatted } from './time-formats';
import { type OffsetOf, offsetsOfZone } from './time-zones';
import { microsOfMoment, toTimestamp } from './times';

/** What a load says about texts that become dates, times and numbers. */
export interface TextRules {
  /** Of timestamps that name no zone; without it UTC. */
  readonly timeZone?: string | undefined;
  readonly dateFormat?: string | undefined;
  readonly datetimeFormat?: string | undefined;
  readonly timeFormat?: string | undefined;
  readonly timestampFormat?: string | undefined;
  /** Whether "1.0" is no whole number. */
  readonly hasStrictIntegers?: boolean | undefined;
}

/**
 * How texts become cells by these rules.
 * @throws BigQueryError `invalid` for a format or zone that is none
 */
export function converterFor(rules: TextRules): ConvertText {
  const zone = rules.timeZone === undefined ? undefined : zoneNamed(rules.timeZone);
  const special: Partial<Record<Field['type'], ConvertText>> = {
    ...(zone !== undefined && { TIMESTAMP: inZone(zone) }),
    ...(rules.hasStrictIntegers === true && { INTEGER: strictInteger }),
    ...formatted('DATE', rules.dateFormat, ({ date }) => date),
    ...formatted('DATETIME', rules.datetimeFormat, ({ date, time }) => `${date}T${time}`),
    ...formatted('TIME', rules.timeFormat, ({ time }) => time),
    ...formatted('TIMESTAMP', rules.timestampFormat, ({ date, time, offsetMinutes }) =>
      microsOfMoment(date, time, offsetMinutes ?? zone?.(date, time) ?? 0),
    ),
  };
  if (Object.keys(special).length === 0) return scalarOfText;
  return (text, field) => (special[field.type] ?? scalarOfText)(text, field);
}

/**
 * What is wrong with each of these rules, by its name.
 */
export function checkTextRules(
  rules: TextRules,
): readonly (readonly [rule: keyof TextRules, message: string])[] {
  return textRules.flatMap((rule) => {
    try {
      converterFor({ [rule]: rules[rule] });
      return [];
    } catch (error) {
      if (!(error instanceof BigQueryError)) throw error;
      return [[rule, error.message] as const];
    }
  });
}

const textRules = ['timeZone', 'dateFormat', 'datetimeFormat', 'timeFormat', 'timestampFormat'] as const;

function formatted(
  type: FormattedType,
  format: string | undefined,
  cellOf: (time: FormattedTime) => string | undefined,
): Partial<Record<FormattedType, ConvertText>> {
  if (format === undefined) return {};
  const read = compiled(format, type);
  return {
    [type]: (text: string): Converted => {
      const time = read(text.trim());
      const cell = time && cellOf(time);
      return cell === undefined
        ? { problem: `Could not parse '${text}' by the format '${format}'` }
        : { cell };
    },
  };
}

function compiled(format: string, type: FormattedType): ReadFormatted {
  try {
    return compileFormat(format, type);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BigQueryError('invalid', `Invalid format '${format}' for ${type} values: ${why}.`);
  }
}

function zoneNamed(timeZone: string): OffsetOf {
  try {
    return offsetsOfZone(timeZone);
  } catch {
    throw new BigQueryError('invalid', `Invalid time zone: ${timeZone}`);
  }
}

const inZone =
  (zone: OffsetOf): ConvertText =>
  (text, field) => {
    const cell = toTimestamp(text.trim(), zone);
    return cell === undefined ? scalarOfText(text, field) : { cell };
  };

const strictInteger: ConvertText = (text, field) =>
  /^\s*[+-]?\d+\s*$/.test(text)
    ? scalarOfText(text, field)
    : { problem: `Cannot convert value to integer (bad value): ${text}` };
