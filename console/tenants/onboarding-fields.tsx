import { useState } from 'preact/hooks';
import type { OnboardedTenant } from '../../client';
import { currentSession, rememberTenantKey } from '../app/session';
import { useAction } from '../data/use-action';
import { QuotaField } from '../quotas/quota-field';
import { quotaNames, wrongQuotas } from '../quotas/quotas';
import { type Tiers, tierOptions } from '../quotas/tiers';
import { Checkbox, Choice, Field } from '../ui/field';
import { Form } from '../ui/form';
import { emptyOnboarding, idOf, type OnboardingForm, onboardingOf } from './onboarding-form';

interface OnboardingFieldsProps {
  readonly tiers: Tiers;
  readonly onMade: (tenant: OnboardedTenant) => void;
}

/** The form that makes a tenant. What is refused stands beside its field. */
export function OnboardingFields({ tiers, onMade }: OnboardingFieldsProps) {
  const [form, setForm] = useState(emptyOnboarding);
  // Where the tiers come late, what stands there stays: it is what is sent. Without a tier the interface takes FREE.
  const [usual] = useState(tiers[0]?.tier ?? 'FREE');
  const tier = form.tier ?? usual;
  const change = (changed: Partial<OnboardingForm>) => setForm({ ...form, ...changed });
  const wrong = wrongQuotas(form.quotas);
  const action = useAction(async () => {
    const made = await currentSession().api.call('onboardTenant', { body: onboardingOf({ ...form, tier }) });
    rememberTenantKey(made.tenant_id, made.api_key);
    onMade(made);
  });
  const refused = (field: string) => action.problem?.fields.get(field);
  return (
    <section class="card narrow" aria-label="The new tenant">
      <Form
        action={action}
        submit="Onboard"
        busy="Onboarding: its dataset, tables and key are made …"
        isDisabled={wrong.size > 0}
      >
        <Field
          label="Company"
          value={form.companyName}
          onChange={(companyName) => change({ companyName })}
          error={refused('company_name')}
          isRequired
        />
        <Field
          label="Tenant id"
          value={idOf(form)}
          onChange={(tenantId) => change({ tenantId })}
          error={refused('tenant_id')}
          hint="3 to 50 letters, digits or _, not beginning with _. It names the dataset, too, and stays."
          pattern="[A-Za-z0-9][A-Za-z0-9_]{2,49}"
          isRequired
        />
        <Field
          label="Contact"
          type="email"
          value={form.contactEmail}
          onChange={(contactEmail) => change({ contactEmail })}
          error={refused('contact_email')}
          hint="An e-mail address, for operators."
        />
        <Choice
          label="Tier"
          value={tier}
          onChange={(tier) => change({ tier })}
          options={tierOptions(tiers, tier)}
          error={refused('subscription_tier')}
        />
        <fieldset class="fields">
          <legend>Quotas</legend>
          {quotaNames.map((name) => (
            <QuotaField
              key={name}
              name={name}
              tier={tiers.find((each) => each.tier === tier)}
              choice={form.quotas[name]}
              onChange={(choice) => change({ quotas: { ...form.quotas, [name]: choice } })}
              error={refused(name) ?? wrong.get(name)}
            />
          ))}
        </fieldset>
        <details class="fields">
          <summary>Location, notes, and names that were given before</summary>
          <Field
            label="Location"
            value={form.location}
            onChange={(location) => change({ location })}
            error={refused('location')}
            hint="Of its dataset in BigQuery, such as EU. The deployment’s own unless given; it stays."
          />
          <Field
            label="Notes"
            value={form.notes}
            onChange={(notes) => change({ notes })}
            error={refused('notes')}
            isLong
          />
          <Checkbox
            label="Replace an offboarded tenant of this id"
            hint="The old one cannot be restored any more."
            isChecked={form.replacesOffboarded}
            onChange={(replacesOffboarded) => change({ replacesOffboarded })}
          />
        </details>
      </Form>
    </section>
  );
}
