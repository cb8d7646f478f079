import { z } from 'zod';
import { startingFields } from './started-runs';

export const backfillKind = 'backfill';

/** More dates than this are several backfills. */
export const mostDates = 1_000;

export const backfillSteps = ['day', 'month'] as const;
export type BackfillStep = (typeof backfillSteps)[number];

/** What a backfill starts, as the operation keeps it. */
const backfillFilterSchema = z.object({
  pipeline: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  step: z.enum(backfillSteps),
  /** The parameter that is each run's date. */
  parameter: z.string(),
  /** What all runs are given besides. */
  parameters: z.record(z.string(), z.unknown()),
  /** Of a pipeline with a watermark: what each run begins with. */
  watermark: z.object({ from: z.string(), record: z.boolean() }).nullable(),
  ...startingFields,
});

export type BackfillFilter = Readonly<z.infer<typeof backfillFilterSchema>>;

/** Throws where a version that is not known has written it. */
export const parseBackfillFilter = (text: string): BackfillFilter =>
  backfillFilterSchema.parse(JSON.parse(text));

/**
 * The dates from `from` to `to`, both of which count: each day, or the first day of each month. As many as a backfill
 * may have, and one more.
 */
export function datesOf(from: string, to: string, step: BackfillStep): readonly string[] {
  const dates: string[] = [];
  const first = new Date(`${from}T00:00:00Z`);
  const last = new Date(`${to}T00:00:00Z`);
  let date = step === 'month' ? new Date(`${from.slice(0, 7)}-01T00:00:00Z`) : first;
  if (date < first) date = next(date, step);
  for (; dates.length <= mostDates && date <= last; date = next(date, step))
    dates.push(date.toISOString().slice(0, 10));
  return dates;
}

function next(date: Date, step: BackfillStep): Date {
  const after = new Date(date);
  if (step === 'day') after.setUTCDate(date.getUTCDate() + 1);
  else after.setUTCMonth(date.getUTCMonth() + 1);
  return after;
}
