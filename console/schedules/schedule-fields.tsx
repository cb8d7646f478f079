import type { ShownProblem } from '../data/problems';
import { Choice, Field } from '../ui/field';
import { missedChoices, overlapChoices, parametersOf, type ScheduleForm } from './schedule-form';

interface ScheduleFieldsProps {
  readonly form: ScheduleForm;
  readonly onChange: (form: ScheduleForm) => void;
  /** Names of those that the tenant can start; undefined: they are not known yet. */
  readonly pipelines: readonly string[] | undefined;
  readonly problem: ShownProblem | undefined;
}

/** What is run, when, and what is done about times that go wrong. */
export function ScheduleFields({ form, onChange, pipelines, problem }: ScheduleFieldsProps) {
  const change = (changed: Partial<ScheduleForm>) => onChange({ ...form, ...changed });
  const refused = (field: string) => problem?.fields.get(field);
  const offered = [...new Set([...(pipelines ?? []), ...(form.pipeline === '' ? [] : [form.pipeline])])];
  const wrongParameters = [...(problem?.fields ?? [])].find(([name]) => name.startsWith('parameters'))?.[1];
  return (
    <>
      <Choice
        label="Pipeline"
        value={form.pipeline}
        onChange={(pipeline) => change({ pipeline })}
        options={[
          { value: '', text: pipelines === undefined ? 'Loading the pipelines …' : 'Choose one' },
          ...offered.map((pipeline) => ({ value: pipeline, text: pipeline })),
        ]}
        error={refused('pipeline')}
      />
      <Field
        label="Parameters, as a JSON object"
        value={form.parameters}
        onChange={(parameters) => change({ parameters })}
        placeholder='{ "source_uri": "gs://billing/{{ previous_date }}.ndjson" }'
        hint={
          'Texts may name {{ scheduled_date }}, {{ previous_date }}, {{ scheduled_month }}, {{ previous_month }}, ' +
          '{{ scheduled_at }} and {{ schedule_id }}.'
        }
        error={
          wrongParameters ??
          (parametersOf(form.parameters) === undefined ? 'This is no JSON object.' : undefined)
        }
        isLong
      />
      <div class="columns">
        <Choice
          label="When"
          value={form.by}
          onChange={(by) => change({ by: by === 'interval' ? 'interval' : 'cron' })}
          options={[
            { value: 'cron', text: 'By the clock (cron)' },
            { value: 'interval', text: 'At equal distances' },
          ]}
        />
        {form.by === 'cron' ? (
          <Field
            label="Cron"
            value={form.cron}
            onChange={(cron) => change({ cron })}
            hint="Minute, hour, day, month, weekday: 30 6 * * MON-FRI is 06:30 on workdays."
            error={refused('cron')}
            isRequired
          />
        ) : (
          <Field
            label="Every so many minutes"
            type="number"
            min="1"
            value={form.minutes}
            onChange={(minutes) => change({ minutes })}
            error={refused('interval_seconds')}
            isRequired
          />
        )}
        <Field
          label="Time zone"
          value={form.timeZone}
          onChange={(timeZone) => change({ timeZone })}
          hint="As IANA names it, such as Europe/Berlin."
          error={refused('time_zone')}
          isRequired
        />
      </div>
      <div class="columns">
        <Choice
          label="Times that were missed"
          value={form.missed}
          onChange={(value) =>
            change({ missed: missedChoices.find((choice) => choice.value === value)?.value ?? 'last' })
          }
          options={missedChoices}
          hint={form.missed === 'all' ? 'This takes “start all the same” beside it.' : undefined}
          error={refused('missed')}
        />
        <Choice
          label="Where its run before is still in flight"
          value={form.overlap}
          onChange={(value) =>
            change({ overlap: overlapChoices.find((choice) => choice.value === value)?.value ?? 'skip' })
          }
          options={overlapChoices}
          error={refused('overlap')}
        />
        <Field
          label="Window, in minutes"
          type="number"
          min="0"
          max="1440"
          value={form.windowMinutes}
          onChange={(windowMinutes) => change({ windowMinutes })}
          hint="Runs start so much later at most, so that not all schedules start at once."
          error={refused('window_seconds')}
        />
      </div>
      <Field
        label="Description"
        value={form.description}
        onChange={(description) => change({ description })}
        error={refused('description')}
      />
    </>
  );
}
