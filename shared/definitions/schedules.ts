import { join } from 'node:path';
import { z } from 'zod';
import { readJsonDefinition } from './read-definition';

/**
 * Minute, hour, day of month, month, day of week. Names, and forms like "every 5 minutes", are not supported.
 */
const cronField = String.raw`(?:\*|\d+(?:-\d+)?)(?:/\d+)?`;
const cronList = `${cronField}(?:,${cronField})*`;
const cronRule = new RegExp(`^${cronList}(?: ${cronList}){4}$`);

const seconds = (least: number, most: number) =>
  z
    .int(`expected whole seconds, ${least} to ${most}`)
    .min(least, `expected at least ${least} s`)
    .max(most, `expected at most ${most} s`);

/** The ranges come from https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
const scheduleSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and -'),
  description: z.string().min(1, 'expected a description').max(500, 'expected at most 500 characters'),
  schedule: z.string().regex(cronRule, "expected five cron fields of numbers, e.g. '5 0 1 * *'"),
  timeZone: z.string().refine(isTimeZone, "expected a time zone's name, e.g. 'Etc/UTC'"),
  function: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a function's name"),
  attemptDeadlineSeconds: seconds(15, 1800),
  retry: z
    .strictObject({
      count: z.int('expected 0 to 5').min(0, 'expected 0 to 5').max(5, 'expected 0 to 5'),
      minBackoffSeconds: seconds(0, 3600),
      maxBackoffSeconds: seconds(0, 3600),
    })
    .refine((retry) => retry.minBackoffSeconds <= retry.maxBackoffSeconds, {
      path: ['maxBackoffSeconds'],
      error: 'expected at least minBackoffSeconds',
    }),
});

/** A job: when it runs, which function it calls, and how failures are retried. */
export type Schedule = z.infer<typeof scheduleSchema>;

const schedulesSchema = z.array(scheduleSchema).superRefine((schedules, context) => {
  const seen = new Set<string>();
  for (const [index, { name }] of schedules.entries()) {
    if (seen.has(name)) {
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'expected a name not used twice' });
    }
    seen.add(name);
  }
});

/** The jobs of schemas/schedules.json. Throws a DefinitionError that names file and field. */
export function loadSchedules(schemasDirectory: string): readonly Schedule[] {
  return readJsonDefinition(join(schemasDirectory, 'schedules.json'), schedulesSchema);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
