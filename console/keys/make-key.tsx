import { useState } from 'preact/hooks';
import { currentSession } from '../app/session';
import { fieldError } from '../data/problems';
import { useAction } from '../data/use-action';
import { Dialog } from '../ui/dialog';
import { Checkbox, Choice, Field } from '../ui/field';
import { Form } from '../ui/form';
import { type KeyForm, type KeyScope, keyRequestOf, keyScopes, lifetimes } from './key-rules';
import type { ShownKey } from './new-key';

interface MakeKeyDialogProps {
  readonly tenantId: string;
  readonly onMade: (key: ShownKey) => void;
  readonly onClose: () => void;
}

/** Asks what a new key may do. A tenant's key can give no more than it has itself. */
export function MakeKeyDialog({ tenantId, onMade, onClose }: MakeKeyDialogProps) {
  const { identity, api } = currentSession();
  const offered = keyScopes.filter(
    ({ scope }) => identity.kind === 'admin' || identity.scopes.includes(scope),
  );
  const [form, setForm] = useState<KeyForm>({
    name: '',
    scopes: offered.map(({ scope }) => scope).filter((scope) => scope !== 'manage'),
    pipelines: '',
    lifetimeDays: '',
  });
  const change = (changed: Partial<KeyForm>) => setForm({ ...form, ...changed });
  const action = useAction(async () => {
    const body = keyRequestOf(form, Date.now());
    const made = await api.call('makeApiKey', { path: { tenant: tenantId }, body });
    onMade({ ...made, replaced: undefined });
  });
  const fields = action.problem?.fields;
  const withScope = (scope: KeyScope, isChecked: boolean) =>
    keyScopes
      .map((known) => known.scope)
      .filter((known) => (known === scope ? isChecked : form.scopes.includes(known)));
  return (
    <Dialog title={`Make a key of ${tenantId}`} onClose={onClose}>
      <Form
        action={action}
        submit="Make the key"
        busy="Making it …"
        isDisabled={form.scopes.length === 0}
        onCancel={onClose}
      >
        <Field
          label="Name"
          value={form.name}
          onChange={(name) => change({ name })}
          hint="What it is for, such as nightly or ci."
          error={fields?.get('name')}
        />
        <fieldset class="fields">
          <legend>It may</legend>
          {offered.map(({ scope, label, hint }) => (
            <Checkbox
              key={scope}
              label={label}
              hint={hint}
              isChecked={form.scopes.includes(scope)}
              onChange={(isChecked) => change({ scopes: withScope(scope, isChecked) })}
            />
          ))}
          {form.scopes.length === 0 && <p class="field-error">Choose one at least.</p>}
        </fieldset>
        <Field
          label="Only these pipelines"
          value={form.pipelines}
          onChange={(pipelines) => change({ pipelines })}
          hint="One a line, as provider/domain/pipeline or provider/domain/*. Left empty: all that you may."
          error={fieldError(action.problem, 'pipelines')}
          isLong
        />
        <Choice
          label="It lasts"
          value={form.lifetimeDays}
          onChange={(lifetimeDays) => change({ lifetimeDays })}
          options={lifetimes}
          hint="As long as it may: for ever if an admin makes it, else as long as the key that makes it."
          error={fields?.get('expires_at')}
        />
      </Form>
    </Dialog>
  );
}
