import type { ScheduleChange, ScheduleList, ScheduleRequest } from '../../client';
import {
  type ParameterDefinitions,
  type ParameterTexts,
  readParameters,
} from '../pipelines/pipeline/parameters';

export type ListedSchedule = ScheduleList['schedules'][number];

/** What is typed in to make a schedule, or to change one. */
export interface ScheduleForm {
  readonly pipeline: string;
  readonly parameters: ParameterTexts;
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
  parameters: {},
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
  parameters: Object.fromEntries(
    Object.entries(schedule.parameters).map(([name, value]) => [name, String(value)]),
  ),
  by: schedule.cron === null ? 'interval' : 'cron',
  cron: schedule.cron ?? '',
  minutes: schedule.interval_seconds === null ? '' : String(schedule.interval_seconds / 60),
  timeZone: schedule.time_zone,
  missed: schedule.missed,
  overlap: schedule.overlap,
  windowMinutes: String(schedule.window_seconds / 60),
  description: schedule.description ?? '',
});

/** What is sent of a schedule's parameters. */
export interface ScheduleValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** What is wrong, by the parameters' names. */
  readonly errors: ReadonlyMap<string, string>;
}

/**
 * The parameters as they were typed. Texts that name a value of the planned time, as {{ scheduled_date }}, are judged
 * when that has come, and what was left as it is stays what it was.
 * @param definitions undefined: the pipeline is not known, and its parameters stay as they were
 */
export function scheduleValues(
  definitions: ParameterDefinitions | undefined,
  texts: ParameterTexts,
  before: ScheduleValues['values'] = {},
): ScheduleValues {
  if (definitions === undefined) return { values: before, errors: new Map() };
  const asTheyAre: Record<string, unknown> = {};
  for (const name of droppedParameters(definitions, before))
    if (name in texts) asTheyAre[name] = before[name];
  for (const name of Object.keys(definitions)) {
    const text = texts[name] ?? '';
    if (name in before && String(before[name]) === text) asTheyAre[name] = before[name];
    else if (text.includes('{{')) asTheyAre[name] = text;
  }
  const { values, errors } = readParameters(definitions, texts, new Set(Object.keys(asTheyAre)));
  return { values: { ...values, ...asTheyAre }, errors };
}

/** Names of parameters that a schedule has and its pipeline takes no more. They are kept while they stand in the form. */
export const droppedParameters = (
  definitions: ParameterDefinitions,
  before: ScheduleValues['values'],
): readonly string[] => Object.keys(before).filter((name) => !Object.hasOwn(definitions, name));

/** What is sent to make it. */
export function scheduleRequestOf(form: ScheduleForm, parameters: ScheduleValues['values']): ScheduleRequest {
  const description = form.description.trim();
  return {
    pipeline: form.pipeline.trim(),
    parameters,
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
export function scheduleChangeOf(
  form: ScheduleForm,
  parameters: ScheduleValues['values'],
  before: ListedSchedule,
): ScheduleChange {
  const { description, ...wanted } = scheduleRequestOf(form, inOrder(parameters));
  const kept = scheduleRequestOf(scheduleFormOf(before), inOrder(before.parameters));
  const now = new Map<string, unknown>(Object.entries(kept));
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(now.get(name)),
  );
  const said = description ?? null;
  return { ...Object.fromEntries(changed), ...(said !== before.description && { description: said }) };
}

const inOrder = (values: ScheduleValues['values']): ScheduleValues['values'] =>
  Object.fromEntries(Object.entries(values).toSorted(([one], [other]) => (one < other ? -1 : 1)));

/** When it is due, in words. */
export function planText({ cron, interval_seconds, time_zone }: ListedSchedule): string {
  if (cron !== null) return `${cron} (${time_zone})`;
  const minutes = (interval_seconds ?? 0) / 60;
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'every day' : `every ${minutes / 1_440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? 'every hour' : `every ${minutes / 60} hours`;
  return minutes === 1 ? 'every minute' : `every ${minutes} minutes`;
}
