import { z } from 'zod';
import { type MissedPolicy, missedPolicies, type OverlapPolicy, overlapPolicies } from './due-times';
import { nextPlannedTimes, parseCron } from './planned-times';
import { plannedValueNames, type ScheduleParameters, unknownPlaceholders } from './schedule-parameters';
import { isTimeZone } from './wall-time';

const segment = '[a-z0-9_]{1,64}';
const pipelineSchema = z
  .string()
  .regex(
    new RegExp(`^${segment}/${segment}/${segment}$`),
    'expected a pipeline such as gcp/billing/daily_costs',
  );

const mostParameterBytes = 8_000;
const parametersSchema = z
  .custom<ScheduleParameters>(
    (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
    'expected a JSON object of parameters',
  )
  .refine(
    (given) => Buffer.byteLength(JSON.stringify(given)) <= mostParameterBytes,
    `expected at most ${mostParameterBytes} bytes of JSON`,
  )
  .superRefine((given, context) => {
    const unknown = unknownPlaceholders(given);
    if (unknown.length === 0) return;
    const shown = unknown.map((name) => `{{ ${name} }}`).join(', ');
    const message = `${shown}: expected only ${plannedValueNames.join(', ')} in {{ }}`;
    context.addIssue({ code: 'custom', message, input: undefined });
  })
  // A record would do, but lose a parameter named __proto__, which is to be refused like any other unknown one.
  .meta({ type: 'object', additionalProperties: {} });

const cronSchema = z
  .string()
  .max(100, 'expected at most 100 characters')
  .superRefine((given, context) => {
    const problem = problemOfCron(given);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, input: given });
  });

const fieldPattern = /^[\d*,\-/L#]+$/i;
const namePattern = /JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|MON|TUE|WED|THU|FRI|SAT|SUN/gi;
/** Looking for the next time takes long where it is far away, and each tick does. */
const longestPauseMs = 5 * 366 * 86_400_000;

function problemOfCron(cron: string): string | undefined {
  const expected = 'expected five fields, such as 30 6 * * MON-FRI';
  if (!/^\S+(?: \S+){4}$/.test(cron)) return expected;
  if (!cron.split(' ').every((field) => fieldPattern.test(field.replace(namePattern, '1'))))
    return `${expected} (of numbers, names, *, comma, -, /, L and #)`;
  try {
    parseCron(cron);
  } catch (error) {
    return error instanceof Error ? `${expected} (${error.message})` : expected;
  }
  // In UTC, where every wall time comes. The first may come soon, and the next one 28 years later.
  const rule = { kind: 'cron', cron, timeZone: 'UTC' } as const;
  const [first = Infinity, second = Infinity] = nextPlannedTimes(rule, Date.UTC(2026, 0, 1), 2);
  return second - first <= longestPauseMs
    ? undefined
    : 'expected a time that comes at least every five years';
}

const timeZoneSchema = z.string().refine(isTimeZone, "expected a time zone's name, such as Europe/Berlin");

const aYearSeconds = 366 * 86_400;
const intervalSchema = z
  .int(`expected 60 to ${aYearSeconds}`)
  .min(60, `expected 60 to ${aYearSeconds}`)
  .max(aYearSeconds, `expected 60 to ${aYearSeconds}`)
  .refine((seconds) => seconds % 60 === 0, 'expected whole minutes');

const anchorSchema = z.iso
  .datetime({ offset: true, error: 'expected an RFC 3339 time, such as 2026-01-31T12:00:00Z' })
  .transform((given) => new Date(given));

const windowSchema = z
  .int('expected 0 to 86400')
  .min(0, 'expected 0 to 86400')
  .max(86_400, 'expected 0 to 86400');

const descriptionSchema = z.string().trim().max(500, 'expected at most 500 characters');
const missedSchema = z.enum(missedPolicies, `expected ${missedPolicies.join(', ')}`);
const overlapSchema = z.enum(overlapPolicies, `expected ${overlapPolicies.join(' or ')}`);

/** The run of the first of the times that are made up for would have all others skipped. */
export const missesAllAndSkips = {
  is: ({ missed, overlap }: { readonly missed: MissedPolicy; readonly overlap: OverlapPolicy }): boolean =>
    missed === 'all' && overlap === 'skip',
  message: 'expected missed all with overlap allow only',
};

/** How either of the two says when runs are planned. */
const oneRule = 'expected either cron or interval_seconds';

/** An interval counts from its anchor: the minute in which the schedule is made, unless given. */
export const newScheduleSchema = z
  .strictObject({
    pipeline: pipelineSchema,
    parameters: parametersSchema.default({}),
    cron: cronSchema.optional(),
    interval_seconds: intervalSchema.optional(),
    anchor: anchorSchema.optional(),
    time_zone: timeZoneSchema.default('Etc/UTC'),
    missed: missedSchema.default('last'),
    overlap: overlapSchema.default('skip'),
    window_seconds: windowSchema.default(0),
    description: descriptionSchema.optional(),
  })
  .refine(({ cron, interval_seconds }) => (cron === undefined) !== (interval_seconds === undefined), oneRule)
  .refine(({ cron, anchor }) => cron === undefined || anchor === undefined, {
    path: ['anchor'],
    error: 'expected with interval_seconds only',
  })
  .refine((given) => !missesAllAndSkips.is(given), { path: ['missed'], error: missesAllAndSkips.message });
export type NewSchedule = z.output<typeof newScheduleSchema>;

/** At least one of them. `cron` takes the place of an interval, and the other way round. null takes the description away. */
export const scheduleChangeSchema = z
  .strictObject({
    pipeline: pipelineSchema.optional(),
    parameters: parametersSchema.optional(),
    cron: cronSchema.optional(),
    interval_seconds: intervalSchema.optional(),
    anchor: anchorSchema.optional(),
    time_zone: timeZoneSchema.optional(),
    missed: missedSchema.optional(),
    overlap: overlapSchema.optional(),
    window_seconds: windowSchema.optional(),
    description: descriptionSchema.nullable().optional(),
  })
  .refine(({ cron, interval_seconds }) => cron === undefined || interval_seconds === undefined, oneRule)
  .refine(({ cron, anchor }) => cron === undefined || anchor === undefined, {
    path: ['anchor'],
    error: 'expected with interval_seconds only',
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: 'expected at least one of the fields of a schedule',
  });
export type ScheduleChange = z.output<typeof scheduleChangeSchema>;
