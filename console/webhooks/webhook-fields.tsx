import type { ShownProblem } from '../data/problems';
import { Checkbox, Field } from '../ui/field';
import { eventTypeNames, eventTypes, type WebhookForm } from './webhook-words';

interface WebhookFieldsProps {
  readonly form: WebhookForm;
  readonly onChange: (form: WebhookForm) => void;
  readonly problem: ShownProblem | undefined;
}

/** Where events go, and which. */
export function WebhookFields({ form, onChange, problem }: WebhookFieldsProps) {
  const { types } = form;
  return (
    <>
      <Field
        label="Address"
        type="url"
        value={form.url}
        onChange={(url) => onChange({ ...form, url })}
        placeholder="https://hooks.example.com/events"
        hint="https, and of the public internet. It answers with a 2xx status within 10 seconds."
        error={problem?.fields.get('url')}
        isRequired
      />
      <Field
        label="Description"
        value={form.description}
        onChange={(description) => onChange({ ...form, description })}
        error={problem?.fields.get('description')}
      />
      <fieldset class="fields">
        <legend>Events{types.length === 0 && ': all of them, as none is chosen'}</legend>
        <div class="checks">
          {eventTypeNames.map((type) => (
            <Checkbox
              key={type}
              label={type}
              hint={eventTypes[type]}
              isChecked={types.includes(type)}
              onChange={(isChecked) =>
                onChange({
                  ...form,
                  types: eventTypeNames.filter((each) => (each === type ? isChecked : types.includes(each))),
                })
              }
            />
          ))}
        </div>
      </fieldset>
    </>
  );
}
