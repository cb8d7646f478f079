import type { ScheduleChange, ScheduleList, ScheduleRequest } from '../../client';

export type ListedSchedule = ScheduleList['schedules'][number];

/** What is typed in to make a schedule, or to change one. */
export interface ScheduleForm {
  readonly pipeline: string;
  /** JSON. */
  readonly parameters: string;
  readonly by: 'cron' | 'interval';
  readonly cron: string;
  readonly minutes: string;
  readonly timeZone: string;
  readonly missed: ScheduleChoice<'missed'>;
  readonly overlap: ScheduleChoice<'overlap'>;
  readonly windowMinutes: string;
  readonly description: string;
}

type ScheduleChoice<Name extends 'missed' | 'overlap'> = NonNullable<ScheduleRequest[Name]>;

interface Offered<Value extends string> {
  readonly value: Value;
  readonly text: string;
}

export const missedChoices: readonly Offered<ScheduleChoice<'missed'>>[] = [
  { value: 'last', text: 'Make up for the last one' },
  { value: 'skip', text: 'Leave them out' },
  { value: 'all', text: 'Make up for all, a hundred at most' },
];

export const overlapChoices: readonly Offered<ScheduleChoice<'overlap'>>[] = [
  { value: 'skip', text: 'Leave that time out' },
  { value: 'allow', text: 'Start all the same' },
];

export const emptySchedule = (timeZone: string): ScheduleForm => ({
  pipeline: '',
  parameters: '',
  by: 'cron',
  cron: '30 6 * * MON-FRI',
  minutes: '60',
  timeZone,
  missed: 'last',
  overlap: 'skip',
  windowMinutes: '0',
  description: '',
});

export const scheduleFormOf = (schedule: ListedSchedule): ScheduleForm => ({
  pipeline: schedule.pipeline,
  parameters:
    Object.keys(schedule.parameters).length === 0 ? '' : JSON.stringify(schedule.parameters, null, 2),
  by: schedule.cron === null ? 'interval' : 'cron',
  cron: schedule.cron ?? '',
  minutes: schedule.interval_seconds === null ? '' : String(schedule.interval_seconds / 60),
  timeZone: schedule.time_zone,
  missed: schedule.missed,
  overlap: schedule.overlap,
  windowMinutes: String(schedule.window_seconds / 60),
  description: schedule.description ?? '',
});

/** An object of parameters; undefined: the text is none. An empty text is no parameters. */
export function parametersOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is sent to make it. */
export function scheduleRequestOf(form: ScheduleForm): ScheduleRequest {
  const description = form.description.trim();
  return {
    pipeline: form.pipeline.trim(),
    parameters: parametersOf(form.parameters) ?? {},
    ...(form.by === 'cron'
      ? { cron: form.cron.trim() }
      : { interval_seconds: Math.round(Number(form.minutes) * 60) }),
    time_zone: form.timeZone.trim(),
    missed: form.missed,
    overlap: form.overlap,
    window_seconds: Math.round(Number(form.windowMinutes) * 60),
    ...(description !== '' && { description }),
  };
}

/** What is sent to change it: what it is asked for when its times stay the same must not begin them anew. */
export function scheduleChangeOf(form: ScheduleForm, before: ListedSchedule): ScheduleChange {
  const { description, ...wanted } = scheduleRequestOf(form);
  const now = new Map<string, unknown>(Object.entries(scheduleRequestOf(scheduleFormOf(before))));
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(now.get(name)),
  );
  const said = description ?? null;
  return { ...Object.fromEntries(changed), ...(said !== before.description && { description: said }) };
}

/** When it is due, in words. */
export function planText({ cron, interval_seconds, time_zone }: ListedSchedule): string {
  if (cron !== null) return `${cron} (${time_zone})`;
  const minutes = (interval_seconds ?? 0) / 60;
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'every day' : `every ${minutes / 1_440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
}
