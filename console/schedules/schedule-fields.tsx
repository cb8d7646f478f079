import type { Catalogue } from '../../client';
import type { Loaded } from '../data/asking/use-asked';
import { fieldError, type ShownProblem } from '../data/problems';
import { ParameterFields } from '../pipelines/pipeline/parameter-fields';
import type { ParameterDefinitions } from '../pipelines/pipeline/parameters';
import { Checkbox, Choice, Field } from '../ui/field';
import { ProblemNotice } from '../ui/notice';
import {
  droppedParameters,
  missedChoices,
  overlapChoices,
  type ScheduleForm,
  type ScheduleValues,
} from './schedule-form';

interface ScheduleFieldsProps {
  readonly form: ScheduleForm;
  readonly onChange: (form: ScheduleForm) => void;
  /** What the tenant can start. */
  readonly catalogue: Loaded<Catalogue>;
  /** What the chosen pipeline takes; undefined: that is not known. */
  readonly definitions: ParameterDefinitions | undefined;
  readonly errors: ScheduleValues['errors'];
  /** The parameters of the schedule that is changed, unless another pipeline was chosen. */
  readonly before?: ScheduleValues['values'] | undefined;
  readonly problem: ShownProblem | undefined;
}

/** What is run, when, and what is done about times that go wrong. */
export function ScheduleFields({
  form,
  onChange,
  catalogue,
  definitions,
  errors,
  before,
  problem,
}: ScheduleFieldsProps) {
  const change = (changed: Partial<ScheduleForm>) => onChange({ ...form, ...changed });
  const refused = (field: string) => fieldError(problem, field);
  const pipelines = catalogue.answer?.pipelines.map(({ pipeline }) => pipeline);
  const offered = [...new Set([...(pipelines ?? []), ...(form.pipeline === '' ? [] : [form.pipeline])])];
  return (
    <>
      <Choice
        label="Pipeline"
        value={form.pipeline}
        onChange={(pipeline) => change({ pipeline, parameters: {} })}
        options={[
          { value: '', text: pipelines === undefined ? 'Loading the pipelines …' : 'Choose one' },
          ...offered.map((pipeline) => ({ value: pipeline, text: pipeline })),
        ]}
        error={refused('pipeline')}
      />
      <Parameters
        form={form}
        onChange={change}
        definitions={definitions}
        errors={errors}
        before={before}
        catalogue={catalogue}
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

interface ParametersProps
  extends Pick<ScheduleFieldsProps, 'form' | 'catalogue' | 'definitions' | 'errors' | 'before'> {
  readonly onChange: (changed: Partial<ScheduleForm>) => void;
}

function Parameters({ form, onChange, catalogue, definitions, errors, before = {} }: ParametersProps) {
  if (catalogue.answer === undefined && catalogue.problem !== undefined)
    return <ProblemNotice problem={catalogue.problem} onRetry={catalogue.askAgain} isRetried />;
  if (form.pipeline === '' || catalogue.answer === undefined) return null;
  if (definitions === undefined)
    return <p>This pipeline is not in the catalogue: its parameters stay as they are.</p>;
  const dropped = droppedParameters(definitions, before);
  const takesNone = Object.keys(definitions).length === 0;
  if (takesNone && dropped.length === 0) return <p class="quiet">It takes no parameters.</p>;
  const keep = (name: string, isKept: boolean) => {
    const { [name]: _, ...others } = form.parameters;
    onChange({ parameters: isKept ? { ...others, [name]: '' } : others });
  };
  return (
    <fieldset class="fields">
      <legend>Parameters</legend>
      {!takesNone && (
        <p class="hint">
          Texts may name{' '}
          {'{{scheduled_date}}, {{previous_date}}, {{scheduled_month}}, {{previous_month}}, {{scheduled_at}}'}{' '}
          and {'{{schedule_id}}'}, which each run gets from its own planned time.
        </p>
      )}
      <ParameterFields
        definitions={definitions}
        texts={form.parameters}
        // What is needed says so already: what was typed in is told what is wrong with it.
        errors={new Map([...errors].filter(([name]) => form.parameters[name]))}
        onChange={(parameters) => onChange({ parameters })}
        areTexts
      />
      {dropped.map((name) => (
        <Checkbox
          key={name}
          label={`Keep ${name}: ${JSON.stringify(before[name])}`}
          hint="The pipeline takes it no more, and refuses runs that have it."
          isChecked={name in form.parameters}
          onChange={(isKept) => keep(name, isKept)}
        />
      ))}
    </fieldset>
  );
}
