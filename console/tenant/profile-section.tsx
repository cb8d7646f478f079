import { useState } from 'preact/hooks';
import type { ProfileChange, Tenant } from '../../client';
import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { FactList } from '../ui/lists/fact-list';
import { Section } from '../ui/page';
import { Time } from '../ui/times';
import { ifStill, readTenant, type SeenTenant } from './use-tenant';

interface ProfileSectionProps {
  readonly seen: SeenTenant;
  readonly isAdmin: boolean;
  readonly onChanged: () => void;
}

/** Company, contact and notes, changed where they stand. */
export function ProfileSection({ seen, isAdmin, onChanged }: ProfileSectionProps) {
  const [editing, setEditing] = useState<SeenTenant>();
  const { tenant } = seen;
  if (editing !== undefined)
    return (
      <Section title="Profile">
        <ProfileEditor
          key={editing.version}
          seen={editing}
          onBeginAgain={setEditing}
          onCancel={() => setEditing(undefined)}
          onDone={() => {
            setEditing(undefined);
            onChanged();
          }}
        />
      </Section>
    );
  return (
    <Section
      title="Profile"
      actions={
        isAdmin &&
        may('manage') && (
          <button type="button" onClick={() => setEditing(seen)}>
            Change the profile
          </button>
        )
      }
    >
      <FactList
        facts={[
          { name: 'Company', value: tenant.company_name },
          { name: 'Contact', value: tenant.contact_email ?? <span class="quiet">none</span> },
          { name: 'Onboarded', value: <Time at={tenant.created_at} /> },
          { name: 'Runs of all time', value: tenant.usage.pipeline_runs_count },
        ]}
      />
      <FactList
        facts={[
          { name: 'Notes', value: tenant.notes === null ? null : <span class="lines">{tenant.notes}</span> },
        ]}
      />
    </Section>
  );
}

interface ProfileEditorProps {
  readonly seen: SeenTenant;
  readonly onDone: () => void;
  readonly onCancel: () => void;
  readonly onBeginAgain: (seen: SeenTenant) => void;
}

function ProfileEditor({ seen, onDone, onCancel, onBeginAgain }: ProfileEditorProps) {
  const { tenant } = seen;
  const [company, setCompany] = useState(tenant.company_name);
  const [contact, setContact] = useState(tenant.contact_email ?? '');
  const [notes, setNotes] = useState(tenant.notes ?? '');
  const change = profileChangeOf({ company, contact, notes }, tenant);
  const action = useAction(async () => {
    const path = { tenant: tenant.tenant_id };
    await currentSession().api.call('changeProfile', { path, headers: ifStill(seen), body: change });
    onDone();
  });
  const refused = (field: string) => action.problem?.fields.get(field);
  return (
    <Form
      action={action}
      submit="Save"
      busy="Saving …"
      isDisabled={Object.keys(change).length === 0}
      onCancel={onCancel}
      again={{ what: 'tenant', begin: async () => onBeginAgain(await readTenant(tenant.tenant_id)) }}
    >
      <Field
        label="Company"
        value={company}
        onChange={setCompany}
        error={refused('company_name')}
        isRequired
      />
      <Field
        label="Contact"
        type="email"
        value={contact}
        onChange={setContact}
        error={refused('contact_email')}
        hint="Left empty: none."
      />
      <Field label="Notes" value={notes} onChange={setNotes} error={refused('notes')} isLong />
    </Form>
  );
}

interface ProfileForm {
  readonly company: string;
  readonly contact: string;
  readonly notes: string;
}

/** What differs; an emptied contact or note is taken away. */
function profileChangeOf(form: ProfileForm, tenant: Tenant): ProfileChange {
  const company = form.company.trim();
  const contact = form.contact.trim() === '' ? null : form.contact.trim();
  const notes = form.notes.trim() === '' ? null : form.notes.trim();
  return {
    ...(company !== tenant.company_name && { company_name: company }),
    ...(contact !== tenant.contact_email && { contact_email: contact }),
    ...(notes !== tenant.notes && { notes }),
  };
}
