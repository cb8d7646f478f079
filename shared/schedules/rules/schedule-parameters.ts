import { wallTimeAt } from './wall-time';

/** Parameters of a run, as a schedule has them: texts may name values of the planned time, as {{ scheduled_date }}. */
export type ScheduleParameters = Readonly<Record<string, unknown>>;

/** What texts of parameters can name. Days and months are those of the schedule's time zone. */
export const plannedValueNames = [
  'scheduled_at',
  'scheduled_date',
  'scheduled_month',
  'previous_date',
  'previous_month',
  'schedule_id',
] as const;
type PlannedValues = Readonly<Record<(typeof plannedValueNames)[number], string>>;

const placeholder = /\{\{([^{}]*)\}\}/g;

/** What is named in texts of parameters and is none of those values; each once. */
export function unknownPlaceholders(parameters: ScheduleParameters): readonly string[] {
  const texts = Object.values(parameters).filter((value) => typeof value === 'string');
  const named = texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name = '']) => name.trim()));
  return [...new Set(named)].filter((name) => !plannedValueNames.some((known) => known === name));
}

/** The parameters of the run of a planned time. */
export function parametersAt(
  parameters: ScheduleParameters,
  plannedMs: number,
  { scheduleId, timeZone }: { readonly scheduleId: string; readonly timeZone: string },
): ScheduleParameters {
  const values: Readonly<Record<string, string>> = plannedValues(scheduleId, plannedMs, timeZone);
  const filled = (value: unknown): unknown =>
    typeof value === 'string'
      ? value.replace(placeholder, (text, name: string) =>
          Object.hasOwn(values, name.trim()) ? (values[name.trim()] ?? text) : text,
        )
      : value;
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, filled(value)]));
}

function plannedValues(scheduleId: string, plannedMs: number, timeZone: string): PlannedValues {
  const wall = new Date(wallTimeAt(plannedMs, timeZone));
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  return {
    scheduled_at: new Date(plannedMs).toISOString(),
    scheduled_date: dayOf(Date.UTC(year, month, day)),
    scheduled_month: monthOf(Date.UTC(year, month)),
    previous_date: dayOf(Date.UTC(year, month, day - 1)),
    previous_month: monthOf(Date.UTC(year, month - 1)),
    schedule_id: scheduleId,
  };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);
